package dev.ballast.audit;

import dev.ballast.problem.DomainException;
import dev.ballast.problem.Kind;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which deeds are asked for.
record AuditQuery(
        int limit, @Nullable Long cursor, @Nullable String action) {
    private static final int MAX_LIMIT = 500;
    private static final int LIMIT = 50;
    private static final Pattern ACTION = Pattern.compile("[a-z][a-z0-9.-]{0,63}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    /// @throws Invalid where a parameter is not what it must be
    static AuditQuery of(@Nullable String limit, @Nullable String cursor, @Nullable String action) {
        if (action != null && !ACTION.matcher(action).matches()) {
            throw new Invalid("action must be a word such as dead-letter.replay");
        }
        return new AuditQuery(limit == null ? LIMIT : limit(limit), cursor == null ? null : cursor(cursor), action);
    }

    private static int limit(String text) {
        long limit = NUMBER.matcher(text).matches() ? Long.parseLong(text) : 0;
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new Invalid("limit must be a number from 1 to " + MAX_LIMIT);
        }
        return (int) limit;
    }

    private static long cursor(String text) {
        if (!NUMBER.matcher(text).matches()) {
            throw new Invalid("cursor must be what a page named as next");
        }
        return Long.parseLong(text);
    }

    /// A parameter is not what it must be.
    static final class Invalid extends DomainException {
        Invalid(String detail) {
            super(Kind.INVALID, detail);
        }
    }
}
