package dev.ballast.cacheops;

import dev.ballast.cache.CacheReport;
import dev.ballast.cache.TieredCache;
import dev.ballast.cache.TieredCaches;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Follows the counters of this pod's caches.
@ApplicationScoped
class Trends {
    private final TieredCaches caches;
    private final Map<String, Trend> byCache = new ConcurrentHashMap<>();

    @Inject
    Trends(TieredCaches caches) {
        this.caches = caches;
    }

    @Scheduled(every = "5s")
    void sample() {
        long now = System.nanoTime();
        for (TieredCache<?, ?> cache : caches.all()) {
            of(cache).sample(now, cache.report().reads());
        }
    }

    /// What the caches do now, each with its ratios.
    List<CacheReport> reports() {
        long now = System.nanoTime();
        return caches.all().stream()
                .map(cache -> {
                    CacheReport report = cache.report();
                    Trend trend = of(cache);
                    return report.withRatios(
                            trend.over(Duration.ofMinutes(1), now, report.reads()),
                            trend.over(Duration.ofMinutes(5), now, report.reads()),
                            trend.over(Duration.ofMinutes(15), now, report.reads()));
                })
                .toList();
    }

    private Trend of(TieredCache<?, ?> cache) {
        return byCache.computeIfAbsent(cache.name(), _ -> new Trend());
    }
}
