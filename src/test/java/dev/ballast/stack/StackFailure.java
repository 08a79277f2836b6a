package dev.ballast.stack;

/// The stack cannot do what was asked; the message says why and what to do, and is fit to be printed as it is.
public final class StackFailure extends RuntimeException {
    StackFailure(String message) {
        super(message);
    }

    StackFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
