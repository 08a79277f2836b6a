package dev.ballast.ratelimit;

import java.time.Duration;
import java.util.regex.Pattern;

/// One policy in force. Immutable, and valid by construction.
///
/// @param name lower-case letters, digits and single hyphens
/// @param limit cost admitted per window, 1 to [#MAX_LIMIT]
/// @param window [#MIN_WINDOW] to [#MAX_WINDOW], in whole milliseconds
/// @param burst cost a token bucket admits at once, 1 to the limit; the other algorithms do not read it
/// @param shadow whether it is computed and counted but never rejects
/// @param version counts its live changes; 0 is the configuration's
public record Policy(
        String name,
        Algorithm algorithm,
        long limit,
        Duration window,
        long burst,
        boolean shadow,
        FailureMode onFailure,
        long version) {
    /// What the script has bits for.
    public static final long MAX_LIMIT = 1_000_000;

    /// Below it a round trip to Redis is longer than the window.
    public static final Duration MIN_WINDOW = Duration.ofMillis(1);

    /// Longer ones are quotas, which want a database.
    public static final Duration MAX_WINDOW = Duration.ofDays(1);

    /// Limit times window in microseconds, below which the script's divisions are exact: 1,000,000 an hour or 50,000
    /// a day.
    public static final long MAX_PRODUCT = 1L << 52;

    /// A token bucket's interval is rounded up to whole microseconds; from here on that is a hundredth of it at most.
    private static final long MIN_INTERVAL_MICROS = 100;

    private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
    private static final int MAX_NAME = 64;

    /// Checks every field.
    ///
    /// @throws IllegalArgumentException names the field and what is allowed
    public Policy {
        require(
                name.length() <= MAX_NAME && NAME.matcher(name).matches(),
                "name must be lower-case letters, digits and single hyphens, 64 at most");
        require(limit >= 1 && limit <= MAX_LIMIT, "limit must be from 1 to " + MAX_LIMIT + ", not " + limit);
        require(
                window.compareTo(MIN_WINDOW) >= 0
                        && window.compareTo(MAX_WINDOW) <= 0
                        && window.toNanos() % MIN_WINDOW.toNanos() == 0,
                "window must be from " + MIN_WINDOW + " to " + MAX_WINDOW + " in whole milliseconds, not " + window);
        require(
                limit <= MAX_PRODUCT / micros(window),
                "limit must be at most " + MAX_PRODUCT / micros(window) + " for a window of " + window);
        require(
                algorithm != Algorithm.TOKEN_BUCKET || (burst >= 1 && burst <= limit),
                "burst must be from 1 to the limit, not " + burst);
        require(
                algorithm != Algorithm.TOKEN_BUCKET || micros(window) / limit >= MIN_INTERVAL_MICROS,
                "limit must be at most " + micros(window) / MIN_INTERVAL_MICROS
                        + " for a token bucket with a window of " + window);
        require(version >= 0, "version must not be negative");
    }

    /// The window in microseconds.
    long windowMicros() {
        return micros(window);
    }

    /// How long a token bucket takes to admit one more, in microseconds; rounded up, never more than the limit.
    long intervalMicros() {
        return Math.ceilDiv(windowMicros(), limit);
    }

    /// The most that can be admitted at once.
    long capacity() {
        return algorithm == Algorithm.TOKEN_BUCKET ? burst : limit;
    }

    private static long micros(Duration window) {
        return window.toNanos() / 1_000;
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
