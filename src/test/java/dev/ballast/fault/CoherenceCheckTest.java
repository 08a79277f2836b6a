package dev.ballast.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.fault.CoherenceCheck.Plan;
import dev.ballast.fault.NaivePods.Weakness;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// The check itself is checked: it must find a cache of plain deletes and published invalidations out within a minute
/// of its time, and must not accuse one that cannot be wrong.
class CoherenceCheckTest {
    private static final List<Long> KEYS = LongStream.range(0, 24).boxed().toList();
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @Test
    void naivePodsLosingMessages_areFoundOut() {
        Tally tally = check(new Weakness(0.02, Duration.ofMillis(5), true), Plan.of(KEYS));

        report("plain pub/sub, 2 % of messages lost", tally);
        assertTrue(tally.violations() > 0, tally.toString());
    }

    @Test
    void naivePodsWithSlowLoads_areFoundOutThoughNoMessageIsLost() {
        Tally tally = check(new Weakness(0, Duration.ofMillis(50), true), Plan.of(KEYS));

        report("plain pub/sub, nothing lost, loads of up to 50 ms", tally);
        assertTrue(tally.violations() > 0, tally.toString());
    }

    @Test
    void naivePodsReadInBulk_areFoundOut() {
        Tally tally = check(
                new Weakness(0, Duration.ofMillis(50), true), Plan.of(KEYS).bulk(1, 1));

        report("plain pub/sub, bulk reads and warm-ups", tally);
        assertTrue(tally.violations() > 0, tally.toString());
        assertTrue(tally.warmUps() > 0, tally.toString());
    }

    @Test
    void podsWithoutACache_areNotAccused() {
        Tally tally = check(new Weakness(0, Duration.ofMillis(50), false), Plan.of(KEYS));

        report("no cache", tally);
        assertEquals(0, tally.violations(), tally.toString());
        assertTrue(tally.binding() > 10_000, tally.toString());
        assertTrue(tally.acknowledged() > 1_000, tally.toString());
    }

    @Test
    void stop_lettingLoopsRunOut_becomesIdle() {
        SimulatedTime time = new SimulatedTime();
        CoherenceCheck check = start(time, new Weakness(0, Duration.ofMillis(50), true), Plan.of(KEYS));
        time.run(Duration.ofSeconds(5));

        check.stop();
        time.run(Duration.ofSeconds(1));

        assertTrue(check.isIdle());
    }

    private static Tally check(Weakness weakness, Plan plan) {
        SimulatedTime time = new SimulatedTime();
        CoherenceCheck check = start(time, weakness, plan);
        time.run(MINUTE);
        return check.tally();
    }

    private static CoherenceCheck start(SimulatedTime time, Weakness weakness, Plan plan) {
        CoherenceCheck check =
                new CoherenceCheck(time, new NaivePods(time, 2, weakness, new Random(11)), plan, new Random(7));
        check.start();
        return check;
    }

    private static void report(String what, Tally tally) {
        System.out.printf("coherence, simulated minute, %s: %s%n", what, tally);
    }
}
