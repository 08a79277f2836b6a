package dev.ballast.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.ballast.ratelimit.Algorithm;
import dev.ballast.ratelimit.Charge;
import dev.ballast.ratelimit.Decision;
import dev.ballast.ratelimit.FailureMode;
import dev.ballast.ratelimit.Policy;
import dev.ballast.ratelimit.Standing;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LimitHeadersTest {
    private final MultiMap headers = MultiMap.caseInsensitiveMultiMap();

    @Test
    void write_admitted_tellsAllPoliciesAndTheTightest() {
        Standing ip = standing("ip", 100, 60_000, false, 57, 0, 11_000_001);
        Standing user = standing("user", 1_000, 3_600_000, false, 12, 0, 3_000_000);

        LimitHeaders.write(headers, List.of(ip.charge(), user.charge()), new Decision.Admitted(List.of(ip, user)));

        assertEquals("\"ip\";q=100;w=60, \"user\";q=1000;w=3600", headers.get("RateLimit-Policy"));
        assertEquals("\"ip\";r=57;t=12, \"user\";r=12;t=3", headers.get("RateLimit"));
        assertEquals("1000", headers.get("X-RateLimit-Limit"));
        assertEquals("12", headers.get("X-RateLimit-Remaining"));
        assertEquals("3", headers.get("X-RateLimit-Reset"));
        assertNull(headers.get("Retry-After"));
        assertNull(headers.get("Cache-Control"));
    }

    @Test
    void write_rejected_tellsWhenTheLastHasRoom() {
        Standing ip = standing("ip", 100, 60_000, false, 0, 1_000_001, 1_000_001);
        Standing user = standing("user", 1_000, 1, false, 0, 12, 12);

        LimitHeaders.write(
                headers, List.of(ip.charge(), user.charge()), new Decision.Rejected(List.of(ip, user), List.of(ip)));

        assertEquals("2", headers.get("Retry-After"));
        assertEquals("no-store", headers.get("Cache-Control"));
        assertEquals("\"ip\";q=100;w=60, \"user\";q=1000;w=1", headers.get("RateLimit-Policy"));
        assertEquals("\"ip\";r=0;t=2", headers.get("RateLimit"));
    }

    @Test
    void write_rejectedForTwoDays_isNotToldToComeEarlier() {
        Standing user = standing("user", 1_000, 86_400_000, false, 0, 172_800_000_000L, 172_800_000_000L);

        LimitHeaders.write(headers, List.of(user.charge()), new Decision.Rejected(List.of(user), List.of(user)));

        assertEquals("172800", headers.get("Retry-After"));
        assertEquals("172800", headers.get("X-RateLimit-Reset"));
    }

    @Test
    void write_rejectedForMicroseconds_waitsASecond() {
        Standing ip = standing("ip", 100, 60_000, false, 0, 0, 0);

        LimitHeaders.write(headers, List.of(ip.charge()), new Decision.Rejected(List.of(ip), List.of()));

        assertEquals("1", headers.get("Retry-After"));
        assertNull(headers.get("RateLimit"));
        assertNull(headers.get("X-RateLimit-Remaining"));
    }

    @Test
    void write_never_isADay() {
        Standing ip = standing("ip", 100, 60_000, false, 0, 0, 0);
        Standing never = new Standing(ip.charge(), false, 0, Standing.NEVER, Duration.ZERO, Duration.ZERO);

        LimitHeaders.write(headers, List.of(ip.charge()), new Decision.Rejected(List.of(never), List.of()));

        assertEquals("86400", headers.get("Retry-After"));
    }

    @Test
    void write_shadow_isNotTold() {
        Standing ip = standing("ip", 100, 60_000, true, 0, 5, 5);

        LimitHeaders.write(headers, List.of(ip.charge()), new Decision.Admitted(List.of(ip)));

        assertEquals(0, headers.size());
    }

    @Test
    void write_figuresNotKnown_tellsThePoliciesAlone() {
        Standing ip = standing("ip", 100, 60_000, false, 0, 0, 0);

        LimitHeaders.write(headers, List.of(ip.charge()), new Decision.Admitted(List.of()));

        assertEquals("\"ip\";q=100;w=60", headers.get("RateLimit-Policy"));
        assertEquals(1, headers.size());
    }

    private static Standing standing(
            String name,
            long limit,
            long windowMs,
            boolean shadow,
            long remaining,
            long retryMicros,
            long resetMicros) {
        Policy policy = new Policy(
                name,
                Algorithm.SLIDING_WINDOW_LOG,
                limit,
                Duration.ofMillis(windowMs),
                limit,
                shadow,
                FailureMode.LOCAL,
                0);
        return new Standing(
                new Charge(policy, "", "somebody", 1),
                retryMicros == 0,
                remaining,
                Duration.ofNanos(retryMicros * 1_000),
                Duration.ofNanos(resetMicros * 1_000),
                Duration.ofNanos(resetMicros * 1_000));
    }
}
