package dev.ballast.security;

import dev.ballast.problem.DomainException;
import dev.ballast.problem.Kind;

/// The caller is known but reaches for what is not its own.
public final class AccessDenied extends DomainException {
    AccessDenied(String detail) {
        super(Kind.FORBIDDEN, detail);
    }
}
