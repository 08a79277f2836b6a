package dev.ballast.cache;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// What a warm-up found. Keys that were in memory already are in `requested` only.
///
/// @param requested distinct keys asked for
/// @param fromL2 values taken from Redis
/// @param fromOrigin values loaded
/// @param missing keys that have no value
/// @param tookMs wall-clock time in milliseconds
@RegisterForReflection
public record WarmUp(int requested, int fromL2, int fromOrigin, int missing, long tookMs) {
    /// Counts a warm-up slice by slice, in whatever order they are done; one is added after the other.
    static final class Tally {
        private final LongSupplier nanoTime;
        private final long begin;
        private int requested;
        private int fromL2;
        private int fromOrigin;
        private int missing;

        Tally(LongSupplier nanoTime) {
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
                    requested,
                    fromL2,
                    fromOrigin,
                    missing,
                    TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - begin));
        }
    }
}
