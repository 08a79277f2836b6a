package dev.ballast.messaging;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// Pauses between attempts: exponential with full jitter, which spreads the returning load best
/// (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog 2015).
record Backoff(Duration first, Duration limit, RandomGenerator random) {
    /// Beyond it the limit has long been reached, and the shift would overflow.
    private static final int MAX_DOUBLINGS = 20;

    /// Draws the pause after `failures` failed attempts, at least 1: whole milliseconds, from 1, below which
    /// Vert.x takes no timer, to the smaller of the limit and `first` doubled `failures - 1` times.
    Duration pauseAfter(int failures) {
        long ceiling = Math.min(limit.toMillis(), first.toMillis() << Math.min(failures - 1, MAX_DOUBLINGS));
        return Duration.ofMillis(1 + random.nextLong(Math.max(1, ceiling)));
    }
}
