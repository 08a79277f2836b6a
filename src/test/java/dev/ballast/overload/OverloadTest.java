package dev.ballast.overload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.degradation.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    /// Full features are too much, and their least is not; what is between may be. Event loops are late where what is
    /// let in costs more than there is, and now and then anyway.
    @ParameterizedTest
    @CsvSource({"2, 0.5, 0.2", "2, 2, 0.2", "1.1, 0.9, 0.5", "1.1, 1.1, 0.9", "10, 5, 0.9"})
    void look_tooMuchOnlyWhileFeaturesAreWhole_changesSixTimesAMinuteAtMost(double whole, double less, double least) {
        OverloadSettings settings = LoadFixture.settings(Map.of());
        long limit = settings.optionalDelay().toNanos();
        Share share = new Share(settings.optionalDelay(), 0, settings.optionalPatience(), settings);
        Random random = new Random(7);
        Deque<Long> changes = new ArrayDeque<>();
        Set<Level> seen = EnumSet.noneOf(Level.class);
        for (int look = 0; look < 36_000; look++) {
            now += Duration.ofMillis(100).toNanos();
            Level before = overload.atBest();
            double cost =
                    switch (before) {
                        case NORMAL -> whole;
                        case DEGRADED -> less;
                        case MINIMAL -> least;
                    };
            boolean late = share.value() * cost > 1 || random.nextDouble() < 0.01;
            share.look(late ? limit + 1 : limit);
            if (overload.look(late, share.value() < 1, now)) {
                Level after = overload.atBest();
                assertTrue(after == Level.MINIMAL || after.ordinal() == before.ordinal() - 1, before + " to " + after);
                seen.add(after);
                changes.add(now);
            }
            while (!changes.isEmpty()
                    && now - changes.getFirst() > Duration.ofMinutes(1).toNanos()) {
                changes.removeFirst();
            }
            assertTrue(changes.size() <= 6, "" + changes);
        }
        assertEquals(less > 1 ? EnumSet.of(Level.DEGRADED, Level.MINIMAL) : EnumSet.allOf(Level.class), seen);
    }

    /// Nobody waits between two of them then, but they do not alternate while there is too much to do.
    @Test
    void look_noCalmAskedFor_comesBackOnlyWhileNobodyIsTurnedAway() {
        Overload hasty = new Overload(
                LoadFixture.settings(
                        Map.of("ballast.overload.calm-after", "PT0S", "ballast.overload.calm-after-relapse", "PT0S")),
                now);
        for (int i = 0; i < 100; i++) {
            now += Duration.ofMillis(100).toNanos();
            hasty.look(STRAINED, true, now);
        }
        assertEquals(Level.MINIMAL, hasty.atBest());
        now += Duration.ofMillis(100).toNanos();
        assertTrue(hasty.look(CALM, false, now));
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
