package dev.ballast.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final Duration LIMIT = Duration.ofSeconds(1);

    @Test
    void nextDelay_withoutJitter_doublesUpToTheLimit() {
        Backoff backoff = new Backoff(LIMIT, new Unjittered());
        List<Long> delays = Stream.generate(backoff::nextDelayMs).limit(7).toList();
        assertEquals(List.of(50L, 100L, 200L, 400L, 800L, 1000L, 1000L), delays);
    }

    @Test
    void nextDelay_jittered_staysBetweenHalfAndFull() {
        Backoff backoff = new Backoff(LIMIT, new Random(7));
        for (int i = 0; i < 5; i++) {
            backoff.nextDelayMs();
        }
        for (int i = 0; i < 1_000; i++) {
            long delay = backoff.nextDelayMs();
            assertTrue(delay >= 500 && delay <= 1_000, () -> "delay " + delay);
        }
    }

    @Test
    void reset_afterFailures_beginsAnew() {
        Backoff backoff = new Backoff(LIMIT, new Unjittered());
        backoff.nextDelayMs();
        backoff.nextDelayMs();
        backoff.reset();
        assertEquals(50, backoff.nextDelayMs());
    }

    private static final class Unjittered extends Random {
        @Override
        public long nextLong(long bound) {
            return 0;
        }
    }
}
