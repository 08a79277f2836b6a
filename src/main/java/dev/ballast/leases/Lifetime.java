package dev.ballast.leases;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// A time to live of ±10 %, drawn anew for each entry, so that what was filled together does not expire together.
public final class Lifetime {
    private final long baseNanos;
    private final long spreadNanos;
    private final RandomGenerator random;

    public Lifetime(Duration base, RandomGenerator random) {
        this.baseNanos = base.toNanos();
        this.spreadNanos = baseNanos / 10;
        this.random = random;
    }

    /// The next lifetime in nanoseconds, evenly spread from 90 % to 110 %.
    public long nextNanos() {
        return baseNanos - spreadNanos + random.nextLong(2 * spreadNanos + 1);
    }

    /// The longest that can be drawn.
    public Duration longest() {
        return Duration.ofNanos(baseNanos + spreadNanos);
    }
}
