package dev.ballast.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReadingsTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final MeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void next_requestsSinceTheOneBefore_areRatesAndQuantiles() {
        requests("/users/{id}", "200", 10, 1);
        Readings readings = new Readings(registry, 0);
        requests("/users/{id}", "200", 98, 7);
        requests("/users/{id}", "503", 2, 700);

        Sample sample = readings.next(Instant.EPOCH, 2 * SECOND);

        assertEquals(50.0, sample.values().get("requests"));
        assertEquals(1.0, sample.values().get("errors"));
        assertEquals(7.55, sample.values().get("p50Ms"), 0.01);
        assertTrue(sample.values().get("p99Ms") >= 500 && sample.values().get("p99Ms") <= 1_000);
    }

    @Test
    void next_nothingSince_hasRatesOfZeroAndNoLatency() {
        requests("/users/{id}", "200", 10, 1);
        Readings readings = new Readings(registry, 0);

        Sample sample = readings.next(Instant.EPOCH, SECOND);

        assertEquals(0.0, sample.values().get("requests"));
        assertNull(sample.values().get("p99Ms"));
        assertTrue(sample.values().containsKey("p99Ms"));
    }

    @Test
    void next_operatorsProbesAndThePage_areNotCallers() {
        Readings readings = new Readings(registry, 0);
        requests("/ops/history", "200", 5, 1);
        requests("/q/health/ready", "200", 5, 1);
        requests("/console/*", "200", 5, 1);

        assertEquals(0.0, readings.next(Instant.EPOCH, SECOND).values().get("requests"));
    }

    @Test
    void next_tiersAndOutcomesOfSeveralCachesAndPolicies_areAddedUp() {
        AtomicLong count = new AtomicLong();
        counter("ballast.cache.hits", count, "cache", "users", "tier", "l1");
        counter("ballast.cache.hits", count, "cache", "popular-items", "tier", "l1");
        counter("ballast.cache.misses", count, "cache", "users", "tier", "l1");
        counter("ballast.cache.misses", count, "cache", "users", "tier", "l2");
        counter("ballast.cache.failures", count, "cache", "users", "tier", "l2");
        counter("ballast.ratelimit.charges", count, "policy", "ip", "outcome", "rejected");
        counter("ballast.ratelimit.charges", count, "policy", "ip", "outcome", "denied-by-memory");
        counter("ballast.ratelimit.charges", count, "policy", "user", "outcome", "shadow-rejected");
        Readings readings = new Readings(registry, 0);
        count.set(30);

        Sample sample = readings.next(Instant.EPOCH, 3 * SECOND);

        assertEquals(20.0, sample.values().get("cache.l1"));
        assertEquals(20.0, sample.values().get("cache.origin"));
        assertEquals(20.0, sample.values().get("limits.rejected"));
        assertEquals(10.0, sample.values().get("limits.shadow"));
    }

    @Test
    void next_gauges_areAsTheyAre() {
        Gauge.builder("ballast.messaging.lag", () -> 4).tag("partition", "0").register(registry);
        Gauge.builder("ballast.messaging.lag", () -> 5).tag("partition", "1").register(registry);
        Gauge.builder("ballast.degradation.level", () -> 2)
                .tag("feature", "users")
                .register(registry);

        Sample sample = new Readings(registry, 0).next(Instant.EPOCH, SECOND);

        assertEquals(9.0, sample.values().get("lag"));
        assertEquals(2.0, sample.values().get("level.users"));
        assertNull(sample.values().get("deadLetters"));
    }

    private void requests(String uri, String status, int times, long millis) {
        Timer timer = Timer.builder("http.server.requests")
                .tag("uri", uri)
                .tag("status", status)
                .serviceLevelObjectives(
                        Duration.ofMillis(5), Duration.ofMillis(10), Duration.ofMillis(500), Duration.ofSeconds(1))
                .register(registry);
        for (int i = 0; i < times; i++) {
            timer.record(Duration.ofMillis(millis));
        }
    }

    private void counter(String name, AtomicLong count, String... tags) {
        FunctionCounter.builder(name, count, AtomicLong::get).tags(tags).register(registry);
    }
}
