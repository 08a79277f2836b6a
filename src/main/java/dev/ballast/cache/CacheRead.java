package dev.ballast.cache;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A cache's answer and where it came from.
///
/// @param value the value; null where it is known that there is none
/// @param tier which tier answered
/// @param stale whether it is past its soft expiry, served because the origin is away
/// @param ttlSeconds for an answer from Redis the seconds it will stay there, else 0
/// @param fill for an answer of the origin what Redis made of it
public record CacheRead<V>(@Nullable V value, Tier tier, boolean stale, long ttlSeconds, Fill fill) {
    /// Where an answer came from.
    public enum Tier {
        /// This pod's memory.
        L1,
        /// Redis.
        L2,
        /// The loader.
        ORIGIN;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// What became of the attempt to put a loaded value into Redis.
    public enum Fill {
        /// The answer did not come from the origin.
        NONE,
        /// Redis confirmed that it holds the value.
        STORED,
        /// Redis does not hold it, or has not confirmed: too large, invalidated meanwhile, or no answer.
        NOT_STORED,
        /// Redis was not asked, because it had failed the read just before.
        BYPASSED
    }

    static <V> CacheRead<V> fromMemory(@Nullable V value) {
        return new CacheRead<>(value, Tier.L1, false, 0, Fill.NONE);
    }

    static <V> CacheRead<V> fromRedis(@Nullable V value, long ttlSeconds) {
        return new CacheRead<>(value, Tier.L2, false, ttlSeconds, Fill.NONE);
    }

    static <V> CacheRead<V> fromOrigin(@Nullable V value, Fill fill) {
        return new CacheRead<>(value, Tier.ORIGIN, false, 0, fill);
    }

    /// The value, empty where it is known that there is none.
    public Optional<V> found() {
        return Optional.ofNullable(value);
    }

    /// The value of the `Cache-Status` header (RFC 9211), for example `L2; hit; ttl=1234`.
    public String cacheStatus() {
        return switch (tier) {
            case L1 -> stale ? "L1; hit; detail=stale" : "L1; hit";
            case L2 -> "L2; hit; ttl=" + ttlSeconds + (stale ? "; detail=stale" : "");
            case ORIGIN ->
                switch (fill) {
                    case STORED -> "L1; fwd=miss, L2; fwd=miss; stored";
                    case BYPASSED -> "L1; fwd=miss, L2; fwd=bypass; detail=unavailable";
                    case NONE, NOT_STORED -> "L1; fwd=miss, L2; fwd=miss";
                };
        };
    }
}
