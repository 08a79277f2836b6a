package dev.ballast.degradationops;

import dev.ballast.problem.DomainException;
import dev.ballast.problem.Kind;

/// What can be wrong with an operator's call.
abstract sealed class DegradationException extends DomainException {
    private DegradationException(Kind kind, String detail) {
        super(kind, detail);
    }

    static final class Invalid extends DegradationException {
        Invalid(String detail) {
            super(Kind.INVALID, detail);
        }
    }

    static final class NothingToEnd extends DegradationException {
        NothingToEnd() {
            super(Kind.NOT_FOUND, "there is no such override in force");
        }
    }
}
