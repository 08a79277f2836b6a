package dev.ballast.origin;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Keeps callers from waiting for what is down: after a number of failures in a row it refuses, but lets one call
/// through per pause to see whether it is up again; the first success closes it. Safe for use from every thread.
///
/// Plain arithmetic on an injected clock. Which failures count is the caller's to say: an answer, even a refusal,
/// shows that somebody is there.
public final class Breaker {
    private final int threshold;
    private final long pauseNanos;
    private final LongSupplier nanoTime;
    private final Watcher watcher;
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicLong nextProbe = new AtomicLong();

    /// Hears of each change, on the thread that made it.
    @FunctionalInterface
    public interface Watcher {
        void changed(boolean open);
    }

    /// @param threshold failures in a row that open it
    /// @param pause between two probes while it is open
    public Breaker(int threshold, Duration pause, LongSupplier nanoTime, Watcher watcher) {
        this.threshold = threshold;
        this.pauseNanos = pause.toNanos();
        this.nanoTime = nanoTime;
        this.watcher = watcher;
    }

    /// Whether to make a call now. Whoever is let through reports how it went.
    public boolean admits() {
        if (!isOpen()) {
            return true;
        }
        long now = nanoTime.getAsLong();
        long due = nextProbe.get();
        return now - due >= 0 && nextProbe.compareAndSet(due, now + pauseNanos);
    }

    public void succeeded() {
        if (failures.get() != 0 && failures.getAndSet(0) >= threshold) {
            watcher.changed(false);
        }
    }

    public void failed() {
        if (failures.incrementAndGet() == threshold) {
            nextProbe.set(nanoTime.getAsLong() + pauseNanos);
            watcher.changed(true);
        }
        // Far beyond the threshold, so that the count cannot wrap around in a long outage.
        failures.compareAndSet(Integer.MAX_VALUE / 2, threshold);
    }

    public boolean isOpen() {
        return failures.get() >= threshold;
    }
}
