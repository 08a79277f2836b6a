package dev.ballast.overload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The door before a simulated event loop, against what one who knew the capacity would let in.
class SimulationTest {
    private static final boolean OPTIONAL = true;
    private static final boolean ESSENTIAL = false;
    private static final Duration LONG = Duration.ofSeconds(20);

    @Test
    void threeTimesTheCapacity_essentialsAreAnsweredInTime_andTheRestOfTheCapacityIsUsed() {
        try (Simulation pod = new Simulation()) {
            pod.offer(ESSENTIAL, 0.6);
            pod.offer(OPTIONAL, 2.4);
            pod.run(LONG);
            assertEquals(0, pod.turnedAway(ESSENTIAL));
            assertTrue(pod.latency(ESSENTIAL, 0.99).toMillis() < 1_000, "" + pod.latency(ESSENTIAL, 0.99));
            double used = pod.letIn(OPTIONAL) / (0.4 * Simulation.CAPACITY * LONG.toSeconds());
            assertTrue(used > 0.5 && used < 1.2, "of what one who knew the capacity would let in: " + used);
        }
    }

    @Test
    void twiceTheCapacityOfEssentialsAlone_aPartIsTurnedAway_andTheRestIsAnsweredInTime() {
        try (Simulation pod = new Simulation()) {
            pod.offer(ESSENTIAL, 2);
            pod.run(LONG);
            double used = pod.letIn(ESSENTIAL) / (1.0 * Simulation.CAPACITY * LONG.toSeconds());
            assertTrue(used > 0.5 && used < 1.2, "of what one who knew the capacity would let in: " + used);
            // ten times through a queue of half a second at most
            assertTrue(pod.latency(ESSENTIAL, 0.5).toMillis() < 5_000, "" + pod.latency(ESSENTIAL, 0.5));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.5, 0.9})
    void lessThanTheCapacity_nobodyIsTurnedAway(double load) {
        try (Simulation pod = new Simulation()) {
            pod.offer(ESSENTIAL, load / 2);
            pod.offer(OPTIONAL, load / 2);
            pod.run(LONG);
            assertNobodyTurnedAway(pod, "load " + load);
        }
    }

    @Test
    void pauseOfATenthOfASecond_wheneverItBegins_turnsNobodyAway() {
        for (int begin = 0; begin < 100; begin += 3) {
            try (Simulation pod = new Simulation()) {
                pod.offer(ESSENTIAL, 0.3);
                pod.offer(OPTIONAL, 0.3);
                pod.run(Duration.ofMillis(1_000 + begin));
                pod.pause(Duration.ofMillis(100));
                pod.run(Duration.ofSeconds(1));
                assertNobodyTurnedAway(pod, "pause " + begin + " ms after a look");
            }
        }
    }

    @Test
    void burstThatTakesATenthOfASecond_wheneverItComes_turnsNobodyAway() {
        for (int begin = 0; begin < 100; begin += 3) {
            try (Simulation pod = new Simulation()) {
                pod.offer(ESSENTIAL, 0.25);
                pod.offer(OPTIONAL, 0.25);
                pod.run(Duration.ofMillis(1_000 + begin));
                pod.burst(OPTIONAL, Simulation.CAPACITY / 10);
                pod.run(Duration.ofSeconds(1));
                assertNobodyTurnedAway(pod, "burst " + begin + " ms after a look");
            }
        }
    }

    /// A pod that compiles itself: ten times as slow for two seconds, while callers come one after the other.
    @Test
    void startWithFewCallers_turnsNobodyAway() {
        try (Simulation pod = new Simulation()) {
            pod.slower(10);
            pod.offer(OPTIONAL, 0.05);
            pod.run(Duration.ofSeconds(2));
            pod.slower(1);
            pod.run(Duration.ofSeconds(2));
            assertNobodyTurnedAway(pod, "start");
        }
    }

    private static void assertNobodyTurnedAway(Simulation pod, String when) {
        assertEquals(0, pod.turnedAway(OPTIONAL), when);
        assertEquals(0, pod.turnedAway(ESSENTIAL), when);
    }
}
