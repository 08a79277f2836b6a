package dev.ballast.cache;

import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import com.github.benmanes.caffeine.cache.stats.StatsCounter;
import dev.ballast.origin.Breaker;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

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
    private final LongAdder rejected;
    private final LongAdder unanswered;
    private final LongAdder waits;
    private final LongAdder refreshes;
    private final LongAdder stale;
    private final LongAdder encoded = new LongAdder();
    private final LongAdder encodedBytes = new LongAdder();
    private final Map<Invalidation, LongAdder> invalidations = new EnumMap<>(Invalidation.class);
    private final Map<Tier, Breaker> breakers = new ConcurrentHashMap<>();
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
        this.rejected = counter("fills.rejected", "Loaded values that an invalidation overtook", "tier", "l2");
        this.unanswered = counter("fills.unanswered", "Loaded values that Redis may hold or not", "tier", "l2");
        this.waits = counter("lease.waits", "Reads that waited for a load of another pod", "tier", "l2");
        this.refreshes = counter("refreshes", "Values read anew before their time was over", "tier", "l1");
        this.stale = counter("stale", "Answers past their soft expiry", "tier", "l1");
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

    void missed(Tier tier, int keys) {
        at(misses, tier).add(keys);
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

    void rejected() {
        rejected.increment();
    }

    /// Apart from the failures of reads, as this read was counted as a miss.
    void unanswered() {
        unanswered.increment();
    }

    void leaseWait() {
        waits.increment();
    }

    void refreshed() {
        refreshes.increment();
    }

    void stale(int answers) {
        stale.add(answers);
    }

    /// A value was seen encoded, on its way to Redis or from there.
    void encoded(int bytes) {
        encoded.increment();
        encodedBytes.add(bytes);
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

    /// What there is to tell, without what the tiers themselves know.
    CacheReport report(long entries, long maxEntries, long lagNanos) {
        return new CacheReport(
                cache,
                entries,
                maxEntries,
                weight(entries),
                new CacheReport.Reads(
                        at(hits, Tier.L1).sum(),
                        at(misses, Tier.L1).sum(),
                        at(hits, Tier.L2).sum(),
                        at(misses, Tier.L2).sum(),
                        at(failures, Tier.L2).sum()),
                loads.count() + failedLoads.count(),
                loads.mean(TimeUnit.MILLISECONDS),
                rejected.sum(),
                coalesced.sum(),
                TimeUnit.NANOSECONDS.toMillis(lagNanos),
                new CacheReport.Breakers(isOpen(Tier.L2), isOpen(Tier.ORIGIN)),
                null,
                null,
                null);
    }

    private @Nullable Long weight(long entries) {
        long seen = encoded.sum();
        return seen == 0 ? null : Math.round((double) encodedBytes.sum() / seen * entries);
    }

    private boolean isOpen(Tier tier) {
        Breaker breaker = breakers.get(tier);
        return breaker != null && breaker.isOpen();
    }

    <T> void entries(T source, ToDoubleFunction<T> size) {
        Gauge.builder("ballast.cache.entries", source, size)
                .description("Entries in memory")
                .tag("cache", cache)
                .register(registry);
    }

    void breaker(Tier tier, Breaker breaker) {
        breakers.put(tier, breaker);
        Gauge.builder("ballast.cache.breaker.open", breaker, it -> it.isOpen() ? 1 : 0)
                .description("1 while a tier is not asked, but for a probe now and then, because it is away")
                .tag("cache", cache)
                .tag("tier", tier.label())
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
                .tag("tier", Tier.ORIGIN.label())
                .tag("outcome", outcome)
                .register(registry);
    }
}
