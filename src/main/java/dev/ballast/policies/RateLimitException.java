package dev.ballast.policies;

import dev.ballast.problem.DomainException;
import dev.ballast.problem.Kind;
import java.util.Collection;

/// What can be wrong with an operator's call.
abstract sealed class RateLimitException extends DomainException {
    private RateLimitException(Kind kind, String detail) {
        super(kind, detail);
    }

    static final class UnknownPolicy extends RateLimitException {
        UnknownPolicy(Collection<String> known) {
            super(Kind.NOT_FOUND, "there is no such policy; there are: " + String.join(", ", known));
        }
    }

    static final class UnknownPlan extends RateLimitException {
        UnknownPlan(Collection<String> known) {
            super(Kind.INVALID, "plan must be one of the policy's: " + String.join(", ", known));
        }
    }

    static final class Invalid extends RateLimitException {
        Invalid(String detail) {
            super(Kind.INVALID, detail);
        }
    }
}
