package dev.ballast.cache;

import dev.ballast.problem.DomainException;
import dev.ballast.problem.Kind;

/// The loader did not answer in time. Everyone who waited for that load gets this; nothing is cached.
public final class OriginTimeout extends DomainException {
    OriginTimeout() {
        super(Kind.UNAVAILABLE, "the data did not arrive in time; try again");
    }
}
