package dev.ballast.problem;

import org.jspecify.annotations.Nullable;

/// Root of every room's own exceptions: says what kind of failure it is and, in a sentence for the
/// caller, what was wrong and what is allowed. The detail is shown to clients, so it names no internals.
public abstract class DomainException extends RuntimeException {
    private final Kind kind;

    protected DomainException(Kind kind, String detail) {
        this(kind, detail, null);
    }

    /// @param cause for the log; clients never see it
    protected DomainException(Kind kind, String detail, @Nullable Throwable cause) {
        // An expected outcome of a request: the stack trace would be paid for and never read.
        super(detail, cause, false, false);
        this.kind = kind;
    }

    public final Kind kind() {
        return kind;
    }

    /// The sentence for the caller.
    public final String detail() {
        return String.valueOf(getMessage());
    }
}
