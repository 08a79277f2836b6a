package dev.ballast.redis;

import dev.ballast.degradation.Outcome;
import dev.ballast.problem.DomainException;
import dev.ballast.problem.Kind;
import org.jspecify.annotations.Nullable;

/// A command that brought no result. Both kinds are answered 503 where a feature lets them through; the detail
/// names neither address nor key.
public abstract sealed class RedisFailure extends DomainException permits RedisUnavailable, RedisRejection {
    RedisFailure(String detail) {
        super(Kind.UNAVAILABLE, detail);
    }

    /// The failure as a short label for metrics, for example `timeout`.
    abstract String label();

    /// What it says of Redis; null where it says something of the command alone.
    abstract @Nullable Outcome outcome();
}
