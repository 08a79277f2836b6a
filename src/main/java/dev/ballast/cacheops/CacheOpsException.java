package dev.ballast.cacheops;

import dev.ballast.problem.DomainException;
import dev.ballast.problem.Kind;
import java.util.Collection;

/// What can be wrong with an operator's call.
abstract sealed class CacheOpsException extends DomainException {
    private CacheOpsException(Kind kind, String detail) {
        super(kind, detail);
    }

    static final class UnknownCache extends CacheOpsException {
        UnknownCache(Collection<String> known) {
            super(Kind.NOT_FOUND, "there is no such cache; there are: " + String.join(", ", known));
        }
    }

    static final class Invalid extends CacheOpsException {
        Invalid(String detail) {
            super(Kind.INVALID, detail);
        }
    }
}
