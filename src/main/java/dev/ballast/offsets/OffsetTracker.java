package dev.ballast.offsets;

import java.util.OptionalLong;
import java.util.TreeMap;

/// Which records of one partition have begun and are not finished yet. They begin in the order of their offsets,
/// which may have gaps (compaction, transactions), and finish in any order. Safe for use from every thread.
public final class OffsetTracker {
    /// Offset to the time it began.
    private final TreeMap<Long, Long> unfinished = new TreeMap<>();
    private long next;

    /// @param first where consumption begins
    public OffsetTracker(long first) {
        this.next = first;
    }

    /// A record begins.
    ///
    /// @param nanoTime when, on a monotonic clock
    public synchronized void begin(long offset, long nanoTime) {
        unfinished.put(offset, nanoTime);
        next = offset + 1;
    }

    /// The offset from which the next one may begin. One below it means that the log was cut or made anew.
    public synchronized long next() {
        return next;
    }

    public synchronized void finish(long offset) {
        unfinished.remove(offset);
    }

    /// The lowest offset that is not finished: where to begin after a crash.
    public synchronized long position() {
        return unfinished.isEmpty() ? next : unfinished.firstKey();
    }

    /// How many have begun and are not finished.
    public synchronized int open() {
        return unfinished.size();
    }

    /// When the unfinished record that has waited longest began; empty where all are finished.
    public synchronized OptionalLong oldestBegan() {
        return unfinished.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(unfinished.firstEntry().getValue());
    }
}
