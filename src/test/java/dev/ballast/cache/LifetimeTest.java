package dev.ballast.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LifetimeTest {
    private static final Duration BASE = Duration.ofMinutes(5);

    @Test
    void nextNanos_drawnOften_fillsTenPercentEitherWay() {
        Lifetime lifetime = new Lifetime(BASE, new Random(11));
        var drawn = LongStream.generate(lifetime::nextNanos).limit(10_000).summaryStatistics();
        assertTrue(drawn.getMin() >= Duration.ofSeconds(270).toNanos());
        assertTrue(drawn.getMax() <= Duration.ofSeconds(330).toNanos());
        assertTrue(drawn.getMin() < Duration.ofSeconds(271).toNanos());
        assertTrue(drawn.getMax() > Duration.ofSeconds(329).toNanos());
    }

    @Test
    void longest_isTenPercentMore() {
        assertEquals(Duration.ofSeconds(330), new Lifetime(BASE, new Random()).longest());
    }
}
