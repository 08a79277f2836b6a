package dev.ballast.cacheops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.ballast.cache.CacheReport.Ratios;
import dev.ballast.cache.CacheReport.Reads;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TrendTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Trend trend = new Trend();

    @Test
    void over_nothingSampledOrRead_isNothing() {
        assertNull(trend.over(MINUTE, 0, reads(0, 0, 0)));
        trend.sample(0, reads(5, 5, 5));
        assertNull(trend.over(MINUTE, seconds(30), reads(5, 5, 5)));
    }

    @Test
    void over_windowWithinTheSamples_countsTheWindowOnly() {
        trend.sample(0, reads(0, 0, 0));
        trend.sample(seconds(60), reads(100, 0, 0));
        trend.sample(seconds(120), reads(100, 60, 40));
        Reads now = reads(100, 60, 40);
        assertEquals(new Ratios(0, 0.6, 0.4), trend.over(MINUTE, seconds(120), now));
        assertEquals(new Ratios(0.5, 0.3, 0.2), trend.over(Duration.ofMinutes(5), seconds(120), now));
    }

    @Test
    void over_samplesOlderThanKept_areForgotten() {
        trend.sample(0, reads(0, 0, 0));
        trend.sample(seconds(3_600), reads(1_000, 0, 0));
        assertEquals(new Ratios(0, 1, 0), trend.over(Duration.ofMinutes(15), seconds(3_660), reads(1_000, 10, 0)));
    }

    private static Reads reads(long l1, long l2, long loaded) {
        return new Reads(l1, l2 + loaded, l2, loaded, 0);
    }

    private static long seconds(long seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }
}
