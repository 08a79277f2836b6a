package dev.ballast.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class NearLimitsTest {
    private static final Policy IP =
            new Policy("ip", Algorithm.SLIDING_WINDOW_LOG, 100, Duration.ofMinutes(1), 1, false, FailureMode.LOCAL, 0);

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000);
    private final NearLimits near = new NearLimits(now::get);

    @Test
    void most_lessThanHalfUsed_isNobody() {
        near.look(standing("a", 51, true));

        assertEquals(List.of(), near.most(10));
    }

    @Test
    void most_overFirst_thenWhoHasLeastLeft() {
        near.look(standing("half", 50, true));
        near.look(standing("close", 3, true));
        near.look(standing("over", 20, false));

        assertEquals(List.of("over", "close", "half"), who(10));
        assertEquals(List.of("over"), who(1));
    }

    @Test
    void most_seenAgain_isAsSeenLast() {
        near.look(standing("a", 40, true));
        near.look(standing("a", 2, true));

        assertEquals(2, near.most(10).getFirst().remaining());
        assertEquals(1, near.most(10).size());
    }

    @Test
    void most_limitWholeAgainOrForgiven_isNobody() {
        near.look(standing("forgiven", 0, false));
        near.look(standing("waited", 0, false));
        near.forget(new Charge(IP, "", "forgiven", 1));
        assertEquals(List.of("waited"), who(10));

        now.addAndGet(Duration.ofSeconds(40).toNanos());
        assertEquals(Duration.ofSeconds(20), near.most(10).getFirst().fullResetAfter());
        now.addAndGet(Duration.ofSeconds(20).toNanos());
        assertEquals(List.of(), near.most(10));
    }

    @Test
    void look_anyNumberOfIdentifiers_keepsABoundedNumber() {
        for (int i = 0; i < 20_000; i++) {
            near.look(standing("id" + i, 0, false));
        }
        assertTrue(near.most(Integer.MAX_VALUE).size() <= 2_000, "Caffeine may be a little behind");
    }

    private List<String> who(int most) {
        return near.most(most).stream().map(NearLimit::identifier).toList();
    }

    private static Standing standing(String identifier, long remaining, boolean admits) {
        Duration minute = Duration.ofMinutes(1);
        return new Standing(new Charge(IP, "", identifier, 1), admits, remaining, minute, minute, minute);
    }
}
