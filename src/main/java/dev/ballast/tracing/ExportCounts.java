package dev.ballast.tracing;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/// What became of the sampled spans that ended: each is waiting, exported or dropped, and counted as one of these.
/// For every thread.
final class ExportCounts {
    private final LongAdder exported = new LongAdder();
    private final LongAdder queueFull = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final AtomicInteger waiting = new AtomicInteger();

    /// Takes a place for a span.
    ///
    /// @return false where all are taken; then the span counts as dropped
    boolean admit(int capacity) {
        if (waiting.incrementAndGet() > capacity) {
            waiting.decrementAndGet();
            queueFull.increment();
            return false;
        }
        return true;
    }

    /// Frees the places of spans of which the collector was told.
    void settle(int spans, boolean arrived) {
        (arrived ? exported : failed).add(spans);
        waiting.addAndGet(-spans);
    }

    long exported() {
        return exported.sum();
    }

    long queueFull() {
        return queueFull.sum();
    }

    long failed() {
        return failed.sum();
    }

    int waiting() {
        return waiting.get();
    }
}
