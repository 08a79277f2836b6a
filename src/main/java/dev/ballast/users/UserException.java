package dev.ballast.users;

import dev.ballast.problem.DomainException;
import dev.ballast.problem.Kind;

/// What can be wrong with a request about users.
abstract sealed class UserException extends DomainException {
    private UserException(Kind kind, String detail) {
        super(kind, detail);
    }

    static final class NoIds extends UserException {
        NoIds(int limit) {
            super(Kind.INVALID, "name the users to read: ?ids=1,2,3, at most %d of them".formatted(limit));
        }
    }

    static final class TooManyIds extends UserException {
        TooManyIds(int given, int limit) {
            super(Kind.INVALID, "%d ids were asked for, at most %d are allowed".formatted(given, limit));
        }
    }

    static final class Unknown extends UserException {
        Unknown(long id) {
            super(Kind.NOT_FOUND, "there is no user " + id);
        }
    }

    static final class NotNow extends UserException {
        NotNow() {
            super(Kind.UNAVAILABLE, "an operator ordered that PostgreSQL is not asked for users at the moment");
        }
    }

    static final class EmailTaken extends UserException {
        EmailTaken() {
            super(Kind.CONFLICT, "another user has this email address already");
        }
    }

    static final class Changed extends UserException {
        Changed(long id) {
            super(
                    Kind.PRECONDITION_FAILED,
                    "user %d is not at a version that If-Match names; read it again and repeat the change"
                            .formatted(id));
        }
    }
}
