package dev.ballast.live;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads this pod's metrics and tells what happened since the time before. For one thread at a time.
final class Readings {
    /// What callers ask for: no probes, no operators, no page.
    private static final List<String> NOT_CALLERS = List.of("/q/", "/ops", "/console");

    private static final List<String> TIERS = List.of("l1", "l2");

    /// By outcome of a charge.
    private static final Map<String, String> LIMITS = Map.of(
            "admitted", "limits.admitted",
            "admitted-locally", "limits.admitted",
            "rejected", "limits.rejected",
            "denied-by-memory", "limits.rejected",
            "rejected-locally", "limits.rejected",
            "failed-closed", "limits.rejected",
            "shadow-rejected", "limits.shadow",
            "failed-open", "limits.open");

    private final MeterRegistry registry;
    private Map<String, Double> totals = new HashMap<>();
    private Latencies latencies = new Latencies();
    private long readAt;

    Readings(MeterRegistry registry, long nanoTime) {
        this.registry = registry;
        this.readAt = nanoTime;
        var _ = next(Instant.EPOCH, nanoTime);
    }

    /// The sample of now.
    Sample next(Instant at, long nanoTime) {
        Map<String, @Nullable Double> values = new TreeMap<>();
        double seconds = Math.max(1e-3, (nanoTime - readAt) / 1e9);
        readAt = nanoTime;
        Map<String, Double> now = new HashMap<>();
        Latencies latenciesNow = new Latencies();
        requests(now, latenciesNow);
        caches(now);
        limits(now);
        now.forEach((name, total) ->
                values.put(name, rounded(Math.max(0, total - totals.getOrDefault(name, 0.0)) / seconds)));
        values.put("p50Ms", rounded(latenciesNow.quantileSince(latencies, 0.5)));
        values.put("p99Ms", rounded(latenciesNow.quantileSince(latencies, 0.99)));
        totals = now;
        latencies = latenciesNow;
        gauges(values);
        return new Sample(at, values);
    }

    private void requests(Map<String, Double> totals, Latencies latencies) {
        totals.put("requests", 0.0);
        totals.put("errors", 0.0);
        for (Timer timer : registry.find("http.server.requests").timers()) {
            String uri = Objects.requireNonNullElse(timer.getId().getTag("uri"), "");
            if (NOT_CALLERS.stream().noneMatch(uri::startsWith)) {
                add(totals, "requests", (double) timer.count());
                if (Objects.requireNonNullElse(timer.getId().getTag("status"), "")
                        .startsWith("5")) {
                    add(totals, "errors", (double) timer.count());
                }
                latencies.add(timer.takeSnapshot());
            }
        }
    }

    private void caches(Map<String, Double> totals) {
        TIERS.forEach(tier -> totals.put("cache." + tier, 0.0));
        totals.put("cache.origin", 0.0);
        for (Meter meter : registry.find("ballast.cache.hits").meters()) {
            add(totals, "cache." + meter.getId().getTag("tier"), count(meter));
        }
        for (String unanswered : List.of("ballast.cache.misses", "ballast.cache.failures")) {
            for (Meter meter : registry.find(unanswered).tag("tier", "l2").meters()) {
                add(totals, "cache.origin", count(meter));
            }
        }
    }

    private void limits(Map<String, Double> totals) {
        LIMITS.values().forEach(name -> totals.put(name, 0.0));
        for (Meter meter : registry.find("ballast.ratelimit.charges").meters()) {
            String series = LIMITS.get(Objects.requireNonNullElse(meter.getId().getTag("outcome"), ""));
            if (series != null) {
                add(totals, series, count(meter));
            }
        }
    }

    private void gauges(Map<String, @Nullable Double> values) {
        values.put("lag", sum("ballast.messaging.lag"));
        values.put("deadLetters", sum("ballast.deadletters.open"));
        for (Gauge gauge : registry.find("ballast.degradation.level").gauges()) {
            values.put("level." + gauge.getId().getTag("feature"), rounded(gauge.value()));
        }
        values.put("level", sum("ballast.degradation.overall"));
    }

    private @Nullable Double sum(String name) {
        var gauges = registry.find(name).gauges();
        return gauges.isEmpty()
                ? null
                : rounded(gauges.stream().mapToDouble(Gauge::value).sum());
    }

    private static double count(Meter meter) {
        return switch (meter) {
            case FunctionCounter counter -> counter.count();
            case Counter counter -> counter.count();
            default -> 0;
        };
    }

    private static void add(Map<String, Double> totals, String name, double count) {
        totals.merge(name, count, Double::sum);
    }

    /// To a hundredth; null for what is no number, which JSON does not have.
    private static @Nullable Double rounded(double value) {
        return Double.isFinite(value) ? Math.round(value * 100) / 100.0 : null;
    }
}
