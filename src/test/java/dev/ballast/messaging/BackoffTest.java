package dev.ballast.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {
    private static final Duration FIRST = Duration.ofMillis(50);
    private static final Duration LIMIT = Duration.ofSeconds(1);

    @ParameterizedTest
    @CsvSource({"1,50", "2,100", "3,200", "5,800", "6,1000", "7,1000", "64,1000", "2147483647,1000"})
    void pauseAfter_unluckiestDraw_isFirstDoubledUpToLimit(int failures, long millis) {
        RandomGenerator highest = new Random() {
            @Override
            public long nextLong(long bound) {
                return bound - 1;
            }
        };

        assertEquals(Duration.ofMillis(millis), new Backoff(FIRST, LIMIT, highest).pauseAfter(failures));
    }

    @Test
    void pauseAfter_luckiestDraw_isTheShortestTimer() {
        RandomGenerator lowest = new Random() {
            @Override
            public long nextLong(long bound) {
                return 0;
            }
        };

        assertEquals(Duration.ofMillis(1), new Backoff(FIRST, LIMIT, lowest).pauseAfter(1));
    }

    @Test
    void pauseAfter_anyDraw_isWithinAMillisecondAndTheLimit() {
        Backoff backoff = new Backoff(FIRST, LIMIT, new Random(42));

        for (int failures = 1; failures < 10_000; failures++) {
            Duration pause = backoff.pauseAfter(failures);
            assertTrue(pause.toMillis() >= 1 && pause.compareTo(LIMIT) <= 0, pause::toString);
        }
    }
}
