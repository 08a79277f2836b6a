package dev.ballast.cache;

import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import com.github.benmanes.caffeine.cache.stats.StatsCounter;
import dev.ballast.cache.CacheRead.Tier;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;

/// What one cache counts. Counters are adders that the registry reads, because a hit must cost nanoseconds and a
/// registry's own counter looks for a trace to show as exemplar each time. Safe for use from every thread.
final class CacheMeters {
    private final MeterRegistry registry;
    private final String cache;
    private final Map<Tier, LongAdder> hits;
    private final Map<Tier, LongAdder> misses;
    private final Map<Tier, LongAdder> puts;
    private final Map<Tier, LongAdder> failures;
    private final Map<Tier, LongAdder> evicted;
    private final LongAdder l1Hits;
    private final LongAdder coalesced;
    private final LongAdder unreadable;
    private final LongAdder oversized;
    private final Map<Invalidation, LongAdder> invalidations = new EnumMap<>(Invalidation.class);
    private final Timer loads;
    private final Timer failedLoads;

    CacheMeters(String cache, MeterRegistry registry) {
        this.registry = registry;
        this.cache = cache;
        this.hits = perTier("hits", "Reads a tier answered", Tier.L1, Tier.L2);
        this.misses = perTier("misses", "Reads a tier had no answer to", Tier.L1, Tier.L2);
        this.puts = perTier("puts", "Values stored in a tier", Tier.L1, Tier.L2);
        this.failures = perTier("failures", "Keys a tier gave no or no usable answer for", Tier.L2, Tier.ORIGIN);
        this.evicted = perTier("evictions", "Entries dropped for want of room or by age", Tier.L1);
        this.l1Hits = at(hits, Tier.L1);
        this.coalesced = counter("coalesced", "Reads that joined a load on its way", "tier", "l1");
        this.unreadable = counter("payloads.unreadable", "Entries in Redis of another schema, or broken", "tier", "l2");
        this.oversized = counter("payloads.oversized", "Values too large for Redis", "tier", "l2");
        for (Invalidation outcome : Invalidation.values()) {
            invalidations.put(
                    outcome, counter("invalidations", "Invalidations by outcome", "outcome", outcome.header()));
        }
        this.loads = timer("ok");
        this.failedLoads = timer("failed");
    }

    void l1Hit() {
        l1Hits.increment();
    }

    void hit(Tier tier) {
        at(hits, tier).increment();
    }

    void missed(Tier tier) {
        at(misses, tier).increment();
    }

    void put(Tier tier, int count) {
        at(puts, tier).add(count);
    }

    void failed(Tier tier, int keys) {
        at(failures, tier).add(keys);
    }

    void coalesced() {
        coalesced.increment();
    }

    void unreadable() {
        unreadable.increment();
    }

    void oversized() {
        oversized.increment();
    }

    void invalidated(Invalidation outcome) {
        LongAdder counter = invalidations.get(outcome);
        if (counter != null) {
            counter.increment();
        }
    }

    void loaded(long nanos) {
        loads.record(nanos, TimeUnit.NANOSECONDS);
    }

    void loadFailed(long nanos) {
        failedLoads.record(nanos, TimeUnit.NANOSECONDS);
    }

    <T> void entries(T source, ToDoubleFunction<T> size) {
        Gauge.builder("ballast.cache.entries", source, size)
                .description("Entries in memory")
                .tag("cache", cache)
                .register(registry);
    }

    /// Caffeine tells its evictions to this; hits and misses are counted where they are told apart better.
    StatsCounter evictions() {
        LongAdder counter = at(evicted, Tier.L1);
        return new StatsCounter() {
            @Override
            public void recordHits(int count) {}

            @Override
            public void recordMisses(int count) {}

            @Override
            public void recordLoadSuccess(long loadTime) {}

            @Override
            public void recordLoadFailure(long loadTime) {}

            @Override
            public void recordEviction(int weight, RemovalCause cause) {
                counter.increment();
            }

            @Override
            public CacheStats snapshot() {
                return CacheStats.empty();
            }
        };
    }

    private Map<Tier, LongAdder> perTier(String name, String description, Tier... tiers) {
        Map<Tier, LongAdder> counters = new EnumMap<>(Tier.class);
        for (Tier tier : tiers) {
            counters.put(tier, counter(name, description, "tier", tier.label()));
        }
        return counters;
    }

    private static LongAdder at(Map<Tier, LongAdder> counters, Tier tier) {
        LongAdder counter = counters.get(tier);
        if (counter == null) {
            throw new IllegalArgumentException("not counted for " + tier);
        }
        return counter;
    }

    private LongAdder counter(String name, String description, String tag, String value) {
        LongAdder counter = new LongAdder();
        FunctionCounter.builder("ballast.cache." + name, counter, LongAdder::sum)
                .description(description)
                .tag("cache", cache)
                .tag(tag, value)
                .register(registry);
        return counter;
    }

    private Timer timer(String outcome) {
        return Timer.builder("ballast.cache.loads")
                .description("Time a load took, one for all keys it was for")
                .tag("cache", cache)
                .tag("outcome", outcome)
                .register(registry);
    }
}
