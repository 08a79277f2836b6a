package dev.ballast.overload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.degradation.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Who gets in, by how many there are and how late the event loops are.
class LoadTest {
    private static final boolean OPTIONAL = true;
    private static final boolean ESSENTIAL = false;

    private final LoadFixture fixture = new LoadFixture(
            Map.of("ballast.overload.max-in-flight", "50", "ballast.overload.max-optional-in-flight", "40"));
    private final Load load = fixture.load;

    @AfterEach
    void end() {
        load.close();
    }

    @Test
    void enter_upToTheCaps_andAgainOnceSomeHaveLeft() {
        assertEquals(40, letIn(60, OPTIONAL));
        assertEquals(10, letIn(60, ESSENTIAL));
        assertEquals(50, fixture.inFlight());
        load.leave(OPTIONAL);
        assertEquals(1, letIn(2, OPTIONAL));

        IntStream.range(0, 40).forEach(_ -> load.leave(OPTIONAL));
        IntStream.range(0, 10).forEach(_ -> load.leave(ESSENTIAL));
        assertEquals(0, fixture.inFlight());
    }

    @Test
    void lateLoops_turnOptionalRequestsAwayFirst_thenAPartOfTheOthers() {
        assertEquals(40, letIn(40, ESSENTIAL));
        fixture.late(Duration.ofMillis(100));
        fixture.look(Duration.ofSeconds(1));
        assertFalse(load.enter(OPTIONAL));
        assertTrue(load.enter(ESSENTIAL));

        fixture.late(Duration.ofSeconds(3));
        for (int look = 0; look < 19; look++) {
            assertTrue(load.enter(ESSENTIAL));
            load.leave(ESSENTIAL);
            fixture.look(Duration.ofMillis(100));
        }
        assertTrue(load.enter(ESSENTIAL), "a burst may take two seconds");
        load.leave(ESSENTIAL);
        for (int look = 0; look < 4; look++) {
            var _ = load.enter(ESSENTIAL);
            fixture.look(Duration.ofMillis(100));
        }
        assertFalse(load.enter(ESSENTIAL), "a tenth is let in, and this is not one of it");
        fixture.chance = 0.05;
        assertTrue(load.enter(ESSENTIAL));
        assertFalse(load.enter(OPTIONAL));
    }

    @Test
    void loopsThatAreLateOnAverage_thoughEverIdle_turnOptionalRequestsAwayAlone() {
        assertEquals(40, letIn(40, ESSENTIAL));
        fixture.late(Duration.ofSeconds(3));
        fixture.least = Duration.ZERO;
        for (int look = 0; look < 40; look++) {
            assertTrue(load.enter(ESSENTIAL));
            load.leave(ESSENTIAL);
            fixture.look(Duration.ofMillis(100));
        }
        assertFalse(load.enter(OPTIONAL));
    }

    @Test
    void loopsThatAreLateForAMoment_turnNobodyAway_butAreToldOf() {
        assertEquals(40, letIn(40, ESSENTIAL));
        fixture.most = Duration.ofSeconds(3);
        fixture.look(Duration.ofSeconds(10));
        assertTrue(load.enter(OPTIONAL));
        assertEquals(100, fixture.heldUp.size());
    }

    @Test
    void lateness_isMeasured_byWhatDecides() {
        fixture.mean = Duration.ofMillis(30);
        fixture.least = Duration.ofMillis(20);
        fixture.look(Duration.ofMillis(100));
        assertEquals(0.03, fixture.gauge("ballast.overload.event.loop.delay"), 1e-9);
        assertEquals(0.02, fixture.gauge("ballast.overload.event.loop.standing.delay"), 1e-9);
    }

    @Test
    void lateLoopsThatNobodyComesTo_areOfABurst_andLetInWhoComesNext() {
        assertEquals(40, letIn(40, ESSENTIAL));
        fixture.late(Duration.ofSeconds(3));
        fixture.look(Duration.ofSeconds(10));
        assertFalse(load.enter(OPTIONAL));
        assertEquals(10, letIn(60, ESSENTIAL), "up to the cap");
    }

    @Test
    void lateLoops_withFewRequests_areNotTheirDoing() {
        fixture.late(Duration.ofSeconds(3));
        fixture.look(Duration.ofSeconds(5));
        assertTrue(load.enter(OPTIONAL));
        assertEquals(List.of(), fixture.pressed);
    }

    @Test
    void lateLoops_areToldOf_soThatDependenciesAreNotBlamed() {
        fixture.late(Duration.ofMillis(50));
        fixture.look(Duration.ofSeconds(1));
        assertEquals(List.of(), fixture.heldUp);
        fixture.late(Duration.ofMillis(51));
        fixture.look(Duration.ofMillis(200));
        assertEquals(List.of(Duration.ofMillis(500), Duration.ofMillis(500)), fixture.heldUp);
    }

    @Test
    void turnedAwayForAWhile_pressesFeatures_whichComeBackOneLevelAtATimeOnceItIsCalm() {
        assertEquals(40, letIn(40, ESSENTIAL));
        fixture.late(Duration.ofMillis(300));
        fixture.look(Duration.ofMillis(1_900));
        assertEquals(List.of(), fixture.pressed);
        fixture.look(Duration.ofMillis(500));
        assertEquals(
                List.of("overload: event loops are 300 ms late on average, 40 requests in flight"), fixture.pressed);

        fixture.late(Duration.ZERO);
        fixture.look(Duration.ofMillis(4_900)); // in which more and more are let in
        fixture.look(Duration.ofMillis(2_900));
        assertEquals(List.of(Level.MINIMAL), fixture.levels);
        fixture.look(Duration.ofMillis(200));
        assertEquals(List.of(Level.MINIMAL, Level.DEGRADED), fixture.levels);
        fixture.look(Duration.ofMillis(3_000));
        assertEquals(List.of(Level.MINIMAL, Level.DEGRADED, Level.NORMAL), fixture.levels);
        assertEquals(
                "overload: over, and nobody was turned away for a while, 40 requests in flight",
                fixture.pressed.getLast());
    }

    /// Nobody is turned away for one, so that it is calm.
    @Test
    void lateLookNowAndThen_doesNotKeepFeaturesPressed() {
        assertEquals(40, letIn(40, ESSENTIAL));
        fixture.late(Duration.ofMillis(300));
        fixture.look(Duration.ofMillis(2_400));
        fixture.late(Duration.ZERO);
        fixture.look(Duration.ofMillis(8_100));
        assertEquals(Level.DEGRADED, fixture.levels.getLast());
        fixture.late(Duration.ofMillis(300));
        fixture.look(Duration.ofMillis(2_400));
        assertEquals(Level.MINIMAL, fixture.levels.getLast());
        fixture.late(Duration.ZERO);
        fixture.look(Duration.ofMillis(8_000)); // until all are let in, and no late look is one of its own
        for (int i = 0; i < 14; i++) {
            fixture.late(Duration.ofMillis(300));
            fixture.look(Duration.ofMillis(100));
            fixture.late(Duration.ZERO);
            fixture.look(Duration.ofMillis(5_000));
        }
        assertEquals(Level.NORMAL, fixture.levels.getLast());
    }

    @Test
    void noRoomForAWhile_pressesFeatures_andSaysSo() {
        assertEquals(40, letIn(40, OPTIONAL));
        for (int i = 0; i < 25; i++) {
            assertFalse(load.enter(OPTIONAL));
            fixture.look(Duration.ofMillis(100));
        }
        assertEquals(List.of("overload: there was no room for more, 40 requests in flight"), fixture.pressed);
    }

    /// Not all are let in for two and a half seconds after it, as the share grows slowly.
    @Test
    void oneBurst_pressesNothing_andTwoOfThemDo() {
        assertEquals(40, letIn(40, ESSENTIAL));
        fixture.late(Duration.ofMillis(300));
        fixture.look(Duration.ofMillis(300));
        fixture.late(Duration.ZERO);
        for (int i = 0; i < 25; i++) {
            fixture.chance = 0.999;
            assertFalse(load.enter(OPTIONAL), "turned away by the share");
            fixture.look(Duration.ofMillis(100));
        }
        assertTrue(load.enter(OPTIONAL));
        load.leave(OPTIONAL);
        assertEquals(List.of(), fixture.pressed);

        fixture.late(Duration.ofMillis(300));
        fixture.look(Duration.ofMillis(300));
        fixture.late(Duration.ZERO);
        fixture.look(Duration.ofMillis(1_800));
        assertEquals(List.of(), fixture.pressed);
        fixture.late(Duration.ofMillis(300));
        fixture.look(Duration.ofMillis(100));
        assertEquals(
                List.of("overload: event loops are 300 ms late on average, 40 requests in flight"), fixture.pressed);
    }

    @Test
    void turnedAwayForAMoment_pressesNothing() {
        assertEquals(40, letIn(40, OPTIONAL));
        for (int i = 0; i < 10; i++) {
            assertFalse(load.enter(OPTIONAL));
            fixture.look(Duration.ofMillis(300)); // the first one was busy, the others were not
        }
        assertEquals(List.of(), fixture.pressed);
    }

    @Test
    void switchedOff_pressesNothing_butTellsOfLateLoops() {
        LoadFixture off = new LoadFixture(Map.of("ballast.overload.enabled", "false"));
        IntStream.range(0, 40).forEach(_ -> assertTrue(off.load.enter(ESSENTIAL)));
        off.late(Duration.ofMillis(300));
        off.look(Duration.ofSeconds(5));
        assertEquals(List.of(), off.pressed);
        assertTrue(off.load.enter(OPTIONAL));
        assertEquals(50, off.heldUp.size());
        off.load.close();
    }

    @Test
    void settings_thatCannotBe_areNamed() {
        assertEquals(List.of(), OverloadSettings.problems(LoadFixture.settings(Map.of())));
        List<String> problems = OverloadSettings.problems(LoadFixture.settings(Map.ofEntries(
                Map.entry("ballast.overload.max-in-flight", "0"),
                Map.entry("ballast.overload.max-optional-in-flight", "-1"),
                Map.entry("ballast.overload.min-in-flight", "-1"),
                Map.entry("ballast.overload.optional-delay", "PT0S"),
                Map.entry("ballast.overload.delay", "PT-1S"),
                Map.entry("ballast.overload.look-every", "PT0S"),
                Map.entry("ballast.overload.held-up-after", "PT0S"),
                Map.entry("ballast.overload.held-up-for", "PT0S"),
                Map.entry("ballast.overload.pressed-after", "PT-1S"),
                Map.entry("ballast.overload.calm-after", "PT-1S"),
                Map.entry("ballast.overload.calm-after-relapse", "PT-2S"),
                Map.entry("ballast.overload.relapse-within", "PT-1S"),
                Map.entry("ballast.overload.optional-paths", "/recommendations,recommendations,/a/"),
                Map.entry("ballast.overload.patience", "0"),
                Map.entry("ballast.overload.optional-patience", "0"),
                Map.entry("ballast.overload.backoff", "1"),
                Map.entry("ballast.overload.step", "0"),
                Map.entry("ballast.overload.least-share", "NaN"))));
        assertEquals(19, problems.size(), problems::toString);
        assertTrue(
                problems.contains("ballast.overload.optional-paths must each be like /recommendations, not /a/"),
                problems::toString);
        assertEquals("ballast.overload.max-in-flight must be at least 1, not 0", problems.getFirst());
        assertEquals("ballast.overload.least-share must be from 0.001 to 1.0, not NaN", problems.getLast());
    }

    private long letIn(int offered, boolean optional) {
        return IntStream.range(0, offered).filter(_ -> load.enter(optional)).count();
    }
}
