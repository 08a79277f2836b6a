package dev.ballast.fault;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.fault.CoherenceCheck.Plan;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.awaitility.core.ConditionTimeoutException;

/// A check of two pods while faults strike them, and for a while after: at least 20,000 checked reads, under `-Psoak`
/// ten times as many.
final class CoherenceRun {
    static final int SOAK = Integer.getInteger("ballast.soak", 1);
    private static final long CHECKED = 20_000L * SOAK;
    private static final Duration AT_LEAST = Duration.ofSeconds(8);
    private static final Duration AT_MOST = Duration.ofSeconds(240L * SOAK);
    private static final Duration DELIVERY = Duration.ofSeconds(20);
    private static final long ACKNOWLEDGED = 100;
    private static final Duration HEALED = Duration.ofSeconds(30);
    private static final long HITS = 5;
    private static final long WARM = 5_000;

    private final Stack stack;
    private final Pod a;
    private final Pod b;
    private final Runnable heal;
    private int rounds = 1;

    /// Reads users alone and in bulk, and changes them, until pods that have just started do it as they will from
    /// then on: what follows is not about how a JVM warms up, nor about opening sixteen connections at once.
    static void warmUp(Stack stack, Pod a, Pod b) throws Exception {
        try (EventLoop loop = new EventLoop()) {
            Plan plan = Plan.of(CheckedUsers.create(stack, 24)).bulk(0.5, 0);
            CoherenceCheck check =
                    new CoherenceCheck(loop, new HttpPods(loop, List.of(a.url(), b.url())), plan, new Random());
            loop.call(check::start);
            await("warm pods").atMost(AT_MOST).until(() -> check.tally().checked() >= WARM);
            loop.call(check::stop);
            await("answers to all").atMost(Duration.ofSeconds(30)).until(check::isIdle);
            assertEquals(0, check.tally().violations(), check.tally()::toString);
            check.stories().forEach(check.tally()::tell);
            assertNoneRefused(check.tally());
        }
    }

    /// There is another way to every value while only Redis, or a way to it, is away: no read is answered 5xx.
    static void assertNoneRefused(Tally seen) {
        assertTrue(seen.unanswered().keySet().stream().noneMatch(why -> why.startsWith("5")), seen.toString());
    }

    /// @param heal ends every fault
    CoherenceRun(Stack stack, Pod a, Pod b, Runnable heal) {
        this.stack = stack;
        this.a = a;
        this.b = b;
        this.heal = heal;
    }

    /// Sets how often the faults are to strike at least.
    CoherenceRun rounds(int atLeast) {
        rounds = atLeast;
        return this;
    }

    /// Runs the check, prints what was seen, and asserts that no read was late.
    Tally holds(FaultScript script, Plan plan) throws Exception {
        Tally seen = run(script, plan);
        System.out.printf("coherence, %s (%d rounds): %s%n", script.name(), script.rounds(), seen);
        assertEquals(0, seen.violations(), seen.toString());
        assertTrue(script.rounds() >= rounds, "the fault has happened");
        assertTrue(seen.checked() >= CHECKED, seen.toString());
        assertTrue(seen.binding() > CHECKED / 4, "invalidations bind reads: " + seen);
        assertTrue(seen.acknowledged() >= ACKNOWLEDGED, "a check without invalidations proves nothing: " + seen);
        return seen;
    }

    private Tally run(FaultScript script, Plan plan) throws Exception {
        try (PostgresWatch postgres = new PostgresWatch(stack, plan.keys());
                EventLoop loop = new EventLoop()) {
            Subject pods = new HttpPods(loop, List.of(a.url(), b.url()));
            CoherenceCheck check = new CoherenceCheck(loop, pods, plan, new Random());
            long begin = System.nanoTime();
            loop.call(check::start);
            try {
                script.start();
                try {
                    await("enough reads")
                            .atMost(AT_MOST)
                            .until(() -> script.rounds() >= rounds
                                    && System.nanoTime() - begin > AT_LEAST.toNanos()
                                    && check.tally().checked() >= CHECKED
                                    && check.tally().acknowledged() >= ACKNOWLEDGED);
                } finally {
                    script.end(); // else its faults would strike the next test
                    heal.run();
                }
                awaitBothTiers(check.tally());
                settle(loop, check, plan);
            } catch (ConditionTimeoutException e) {
                throw new AssertionError(script.rounds() + " rounds: " + told(check, postgres), e);
            }
            return told(check, postgres);
        }
    }

    private static Tally told(CoherenceCheck check, PostgresWatch postgres) {
        check.stories().forEach(check.tally()::tell);
        check.tally().tell(postgres.words());
        return check.tally();
    }

    /// After the faults and still among writes, memory and Redis of each pod answer again: a service that is correct
    /// because it asks the database for everything is not what is checked here.
    private static void awaitBothTiers(Tally tally) {
        for (int pod : List.of(0, 1)) {
            for (String tier : List.of("L1", "L2")) {
                long before = tally.hits(pod, tier);
                await(tier + " of pod " + pod + " answers")
                        .atMost(HEALED)
                        .until(() -> tally.hits(pod, tier) >= before + HITS);
            }
        }
    }

    /// After the faults: what was deferred is delivered, and after D the newest versions are all that is seen.
    private void settle(EventLoop loop, CoherenceCheck check, Plan plan) throws Exception {
        loop.call(check::stopWriting);
        await("the last write").atMost(DELIVERY).until(check::hasWritten);
        await("the outbox is emptied").atMost(DELIVERY).until(() -> CheckedUsers.waiting(stack) == 0);
        Map<Long, Long> newest = CheckedUsers.versions(stack, plan.keys());
        loop.call(() -> check.delivered(newest));
        long settled = check.tally().checked() + CHECKED / 10;
        long since = System.nanoTime();
        await("reads after the end")
                .atMost(Duration.ofSeconds(30))
                .until(() -> check.tally().checked() >= settled
                        && System.nanoTime() - since
                                > plan.staleness().plusMillis(700).toNanos());
        loop.call(check::stop);
        await("answers to all").atMost(Duration.ofSeconds(30)).until(check::isIdle);
    }
}
