package dev.ballast.origin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BreakerTest {
    private final AtomicLong nanos = new AtomicLong();
    private final List<Boolean> changes = new ArrayList<>();
    private final Breaker breaker = new Breaker(3, Duration.ofMillis(500), nanos::get, changes::add);

    @Test
    void changed_failuresThenSuccesses_isToldOncePerChange() {
        for (int i = 0; i < 10; i++) {
            breaker.failed();
        }
        assertEquals(List.of(true), changes);
        breaker.succeeded();
        breaker.succeeded();
        breaker.failed();
        breaker.succeeded();
        assertEquals(List.of(true, false), changes);
    }

    @Test
    void admits_failuresBelowTheThreshold_lets() {
        breaker.failed();
        breaker.failed();
        assertTrue(breaker.admits());
        breaker.succeeded();
        breaker.failed();
        breaker.failed();
        assertTrue(breaker.admits());
    }

    @Test
    void admits_open_letsOneThroughPerPause() {
        open();
        assertFalse(breaker.admits());
        pass(500);
        assertTrue(breaker.admits());
        assertFalse(breaker.admits());
        breaker.failed();
        pass(499);
        assertFalse(breaker.admits());
        pass(1);
        assertTrue(breaker.admits());
    }

    @Test
    void admits_probeSucceeded_letsEverybody() {
        open();
        pass(500);
        assertTrue(breaker.admits());
        breaker.succeeded();
        assertTrue(breaker.admits());
        assertTrue(breaker.admits());
        assertFalse(breaker.isOpen());
    }

    @Test
    void admits_probeNeverAnswered_probesAgain() {
        open();
        pass(500);
        assertTrue(breaker.admits());
        pass(500);
        assertTrue(breaker.admits());
    }

    private void open() {
        for (int i = 0; i < 3; i++) {
            breaker.failed();
        }
        assertTrue(breaker.isOpen());
    }

    private void pass(long millis) {
        nanos.addAndGet(Duration.ofMillis(millis).toNanos());
    }
}
