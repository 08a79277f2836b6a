package dev.ballast.cache;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Counts a warm-up slice by slice; slices come one after the other.
final class WarmUpTally {
    private final LongSupplier nanoTime;
    private final long begin;
    private int requested;
    private int fromL2;
    private int fromOrigin;
    private int missing;

    WarmUpTally(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.begin = nanoTime.getAsLong();
    }

    void add(Map<?, ? extends CacheRead<?>> reads) {
        requested += reads.size();
        reads.values().forEach(read -> {
            if (read.value() == null) {
                missing++;
            } else if (read.tier() == Tier.L2) {
                fromL2++;
            } else if (read.tier() == Tier.ORIGIN) {
                fromOrigin++;
            }
        });
    }

    WarmUp result() {
        return new WarmUp(
                requested, fromL2, fromOrigin, missing, TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - begin));
    }
}
