package dev.ballast.overload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.degradation.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// When features that are given up first are pressed, and when they come back.
class OverloadTest {
    private static final boolean STRAINED = true;
    private static final boolean CALM = false;

    private long now = Duration.ofSeconds(-7).toNanos();
    private final Overload overload = new Overload(LoadFixture.settings(Map.of()), now);

    @Test
    void look_afterAMinuteWithoutRelapse_comesBackAsSoonAsAtFirst() {
        press();
        assertEquals(Duration.ofSeconds(3), untilItChanges());
        assertEquals(Duration.ofSeconds(3), untilItChanges());
        assertEquals(Level.NORMAL, overload.atBest());

        looks(CALM, Duration.ofSeconds(60));
        press();
        assertEquals(Duration.ofSeconds(3), untilItChanges());
    }

    @Test
    void look_relapse_staysForHalfAMinuteAtEachLevel() {
        press();
        assertEquals(Duration.ofSeconds(3), untilItChanges());
        press(); // while they are still degraded
        assertEquals(Duration.ofSeconds(30), untilItChanges());
        assertEquals(Duration.ofSeconds(30), untilItChanges());
        looks(CALM, Duration.ofSeconds(57));
        press();
        assertEquals(Duration.ofSeconds(30), untilItChanges());
    }

    @Test
    void look_notAllAreLetIn_isNotCalm() {
        press();
        for (int i = 0; i < 100; i++) {
            now += Duration.ofMillis(100).toNanos();
            assertFalse(overload.look(CALM, true, now));
        }
        assertEquals(Duration.ofSeconds(3), untilItChanges());
    }

    /// Full features are too much, and less is not: at once, a little later, and at random.
    @ParameterizedTest
    @ValueSource(doubles = {1, 0.5, 0.05, 0.01})
    void look_tooMuchOnlyWhileFeaturesAreWhole_changesSixTimesAMinuteAtMost(double chance) {
        Random random = new Random(7);
        Deque<Long> changes = new ArrayDeque<>();
        Level before = overload.atBest();
        for (int look = 0; look < 36_000; look++) {
            now += Duration.ofMillis(100).toNanos();
            boolean strained = before != Level.MINIMAL && random.nextDouble() < chance;
            if (overload.look(strained, strained, now)) {
                Level after = overload.atBest();
                assertTrue(after == Level.MINIMAL || after.ordinal() == before.ordinal() - 1, before + " to " + after);
                before = after;
                changes.add(now);
            }
            while (!changes.isEmpty()
                    && now - changes.getFirst() > Duration.ofMinutes(1).toNanos()) {
                changes.removeFirst();
            }
            assertTrue(changes.size() <= 6, "" + changes);
        }
    }

    private void press() {
        looks(STRAINED, Duration.ofSeconds(2));
        assertEquals(Level.MINIMAL, overload.atBest());
    }

    private void looks(boolean strained, Duration time) {
        for (long passed = 0; passed < time.toMillis(); passed += 100) {
            now += Duration.ofMillis(100).toNanos();
            overload.look(strained, strained, now);
        }
    }

    private Duration untilItChanges() {
        long from = now;
        do {
            now += Duration.ofMillis(100).toNanos();
            assertTrue(now - from < Duration.ofMinutes(2).toNanos(), "it never changes");
        } while (!overload.look(false, false, now));
        return Duration.ofNanos(now - from);
    }
}
