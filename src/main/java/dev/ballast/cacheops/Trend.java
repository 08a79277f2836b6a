package dev.ballast.cacheops;

import dev.ballast.cache.CacheReport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// How a cache's counters moved over the last quarter of an hour, from samples of them taken now and then.
/// Safe for use from every thread; sampled every few seconds.
final class Trend {
    private static final Duration KEPT = Duration.ofMinutes(16);

    private final Deque<Sample> samples = new ArrayDeque<>();

    private record Sample(long atNanos, CacheReport.Reads reads) {}

    synchronized void sample(long nowNanos, CacheReport.Reads reads) {
        samples.addLast(new Sample(nowNanos, reads));
        while (nowNanos - samples.getFirst().atNanos() > KEPT.toNanos()) {
            samples.removeFirst();
        }
    }

    /// The part each tier answered of all reads in the window before `now`, or since the first sample where that is
    /// later; null where there were none.
    synchronized CacheReport.@Nullable Ratios over(Duration window, long nowNanos, CacheReport.Reads now) {
        Sample from = null;
        for (Sample sample : samples) {
            if (from == null || nowNanos - sample.atNanos() >= window.toNanos()) {
                from = sample;
            }
        }
        return from == null ? null : now.minus(from.reads()).ratios();
    }
}
