package dev.ballast.ratelimit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DenyCacheTest {
    private static final Policy POLICY =
            new Policy("user", Algorithm.SLIDING_WINDOW_LOG, 1, Duration.ofHours(1), 1, false, FailureMode.CLOSED, 0);

    /// Whoever calls chooses how long identifiers are.
    @Test
    void deny_longIdentifiers_fewerAreKept() {
        DenyCache cache = new DenyCache(() -> 0);
        for (int i = 0; i < 2_000; i++) {
            cache.deny(denial("x".repeat(10_000) + i));
        }
        assertTrue(cache.size() <= 200, cache.size() + " of 20 KB each");
    }

    @Test
    void deny_shortIdentifiers_thousandsAreKept() {
        DenyCache cache = new DenyCache(() -> 0);
        for (int i = 0; i < 5_000; i++) {
            cache.deny(denial("203.0.113." + i));
        }
        assertTrue(cache.size() == 5_000, cache.size() + " of 5,000");
        assertTrue(!cache.denied(List.of(denial("203.0.113.7").charge())).isEmpty());
    }

    private static Standing denial(String identifier) {
        Duration hour = Duration.ofHours(1);
        return new Standing(new Charge(POLICY, "", identifier, 1), false, 0, hour, hour, hour);
    }
}
