package dev.ballast.degradation;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RarelyTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // wraps around, as System.nanoTime may
    private final Rarely rarely = new Rarely(nanos::get);

    @Test
    void maySpeak_often_onceAMinute() {
        assertTrue(rarely.maySpeak("a"));
        assertFalse(rarely.maySpeak("a"));
        nanos.addAndGet(Duration.ofSeconds(59).toNanos());
        assertFalse(rarely.maySpeak("a"));
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertTrue(rarely.maySpeak("a"));
        assertFalse(rarely.maySpeak("a"));
    }

    @Test
    void maySpeak_ofAnotherSubject_isNotSilencedByTheFirst() {
        assertTrue(rarely.maySpeak("a"));
        assertTrue(rarely.maySpeak("b"));
    }
}
