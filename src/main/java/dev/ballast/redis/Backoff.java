package dev.ballast.redis;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before the next attempt: doubling from 50 ms to a limit, each time shortened at random by up to
/// half, so that the connections of many pods do not all come back in the same instant. Confined to one event loop.
final class Backoff {
    private static final long FIRST_MS = 50;

    private final long limitMs;
    private final RandomGenerator random;
    private long nextMs = FIRST_MS;

    Backoff(Duration limit, RandomGenerator random) {
        this.limitMs = Math.max(FIRST_MS, limit.toMillis());
        this.random = random;
    }

    /// The next delay in milliseconds, at least 25 and at most the limit.
    long nextDelayMs() {
        long full = Math.min(nextMs, limitMs);
        nextMs = Math.min(full * 2, limitMs);
        return full - random.nextLong(full / 2 + 1);
    }

    /// To be called after a success.
    void reset() {
        nextMs = FIRST_MS;
    }
}
