package dev.ballast.deadletters;

import java.time.Duration;

/// Spreads turns evenly: none begins earlier than its place in line at the rate. What was late is not made up for in a
/// burst.
final class Pace {
    private final long interval;
    private long next;

    /// @param now in nanoseconds of any clock that only goes forward
    Pace(int perSecond, long now) {
        this.interval = 1_000_000_000L / perSecond;
        this.next = now;
    }

    /// How long the next turn has to wait.
    Duration turn(long now) {
        long begin = now - next > 0 ? now : next;
        next = begin + interval;
        return Duration.ofNanos(begin - now);
    }
}
