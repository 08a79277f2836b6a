package dev.ballast.messaging;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Bounds the records in flight, by number and by bytes. Once full it stays closed until a quarter is free again, so
/// that consumption does not stop and go with every record. Safe for use from every thread.
final class Inflow {
    private final int limit;
    private final long limitBytes;
    private final AtomicInteger records = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean closed;

    Inflow(int limit, long limitBytes) {
        this.limit = limit;
        this.limitBytes = limitBytes;
    }

    void add(int size) {
        records.incrementAndGet();
        bytes.addAndGet(size);
    }

    void remove(int size) {
        records.decrementAndGet();
        bytes.addAndGet(-size);
    }

    int records() {
        return records.get();
    }

    /// To be asked by the consumer's thread only.
    boolean isClosed() {
        closed = closed
                ? records.get() > limit / 4 * 3 || bytes.get() > limitBytes / 4 * 3
                : records.get() >= limit || bytes.get() >= limitBytes;
        return closed;
    }
}
