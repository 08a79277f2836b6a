package dev.ballast.database;

import dev.ballast.problem.DomainException;
import dev.ballast.problem.Kind;

/// PostgreSQL did not answer: refused, cut off or too slow. Whether a statement under way took effect is
/// not known; what was sent in a transaction that did not commit did not.
public final class DatabaseUnavailable extends DomainException {
    DatabaseUnavailable(Throwable cause) {
        super(Kind.UNAVAILABLE, "the database does not answer at the moment", cause);
    }
}
