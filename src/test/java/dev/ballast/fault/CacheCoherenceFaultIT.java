package dev.ballast.fault;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.fault.CoherenceCheck.Plan;
import dev.ballast.load.Metrics;
import dev.ballast.stack.FaultProxy;
import dev.ballast.stack.Pod;
import dev.ballast.stack.RedisConsole;
import dev.ballast.stack.Server;
import dev.ballast.stack.Stack;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Contract 1 of the cache on two pods of the packaged service: no read that starts more than D after an acknowledged
/// invalidation shows anything older, whatever fails meanwhile.
///
/// Pod a reaches Redis and PostgreSQL by ways that can be cut and slowed; pod b reaches them directly and has a
/// memory of 12 entries for 24 keys, so that what lies in Redis is seen as well. Each fault is met by at least 20,000
/// checked reads; under `-Psoak` by ten times as many.
class CacheCoherenceFaultIT {
    private static final int SOAK = Integer.getInteger("ballast.soak", 1);
    private static final long CHECKED = 20_000L * SOAK;
    private static final Duration AT_LEAST = Duration.ofSeconds(8);
    private static final Duration AT_MOST = Duration.ofSeconds(60L * SOAK);
    private static final Duration DELIVERY = Duration.ofSeconds(20);
    private static final long ACKNOWLEDGED = 100;
    private static final int KEYS = 24;

    private static final Stack STACK = Stack.shared();
    private static FaultProxy redis;
    private static FaultProxy postgres;
    private static Pod a;
    private static Pod b;

    private Plan plan;

    @BeforeAll
    static void startPods() {
        redis = FaultProxy.to(STACK, Server.REDIS);
        postgres = FaultProxy.to(STACK, Server.POSTGRES);
        a = STACK.pod("coherence-a")
                .environment("REDIS_URL", redis.url())
                .environment("POSTGRES_URL", postgres.url())
                .start();
        b = STACK.pod("coherence-b")
                .property("ballast.cache.caches.users.l1-max-entries", "12")
                .start();
    }

    @AfterAll
    static void endPods() {
        a.close();
        b.close();
        redis.close();
        postgres.close();
    }

    @BeforeEach
    void users() throws SQLException {
        plan = Plan.of(CheckedUsers.create(STACK, KEYS));
    }

    @AfterEach
    void heal() {
        redis.pass();
        postgres.pass();
        a.resume();
        b.resume();
        STACK.heal();
    }

    @Test
    void noFault_readsKeepTheBound() throws InterruptedException {
        holds(new FaultScript("no fault").step(() -> {}, Duration.ofSeconds(1)), plan);
    }

    @Test
    void bulkReadsAndWarmUpsCrossInvalidations_readsKeepTheBound() throws InterruptedException {
        Tally seen =
                holds(new FaultScript("bulk and warm-up").step(() -> {}, Duration.ofSeconds(1)), plan.bulk(0.8, 2));
        if (seen.warmUps() == 0) {
            System.out.println("coherence: NOTE: POST /ops/cache/users/warmup is not there yet; warm-ups not covered");
        }
    }

    @Test
    void redisConnectionsOfOnePodCut_readsKeepTheBound() throws InterruptedException {
        holds(
                new FaultScript("Redis and log connection cut")
                        .step(redis::cut, Duration.ofMillis(300))
                        .step(redis::cut, Duration.ofMillis(700))
                        .step(redis::hang, Duration.ofMillis(1_600))
                        .step(redis::pass, Duration.ofMillis(700))
                        .step(redis::loseAnswers, Duration.ofMillis(1_600))
                        .step(redis::pass, Duration.ofMillis(700))
                        .step(redis::refuse, Duration.ofMillis(1_600))
                        .step(redis::pass, Duration.ofMillis(700)),
                plan);
    }

    @Test
    void podStoppedAndContinued_readsKeepTheBound() throws InterruptedException {
        holds(
                new FaultScript("pod stopped and continued")
                        .step(a::pause, Duration.ofMillis(2_500))
                        .step(a::resume, Duration.ofMillis(700))
                        .step(b::pause, Duration.ofMillis(2_500))
                        .step(b::resume, Duration.ofMillis(700)),
                plan);
    }

    @Test
    void redisRestartedFromAnOldSnapshot_readsKeepTheBound() throws InterruptedException {
        holds(
                new FaultScript("Redis killed, restarted from an old snapshot")
                        .step(() -> redisCli("SAVE"), Duration.ofMillis(1_500))
                        .step(() -> STACK.kill(Server.REDIS), Duration.ofMillis(200))
                        .step(() -> STACK.start(Server.REDIS), Duration.ofMillis(2_000)),
                plan);
    }

    @Test
    void flushAll_readsKeepTheBound() throws InterruptedException {
        holds(new FaultScript("FLUSHALL").step(() -> redisCli("FLUSHALL"), Duration.ofMillis(400)), plan);
    }

    @Test
    void loadsOfOnePodSlow_readsKeepTheBound() throws InterruptedException {
        postgres.slow(Duration.ofMillis(150));
        holds(
                new FaultScript("slow loads")
                        .step(() -> postgres.slow(Duration.ofMillis(150)), Duration.ofMillis(1_500))
                        .step(() -> postgres.slow(Duration.ofMillis(30)), Duration.ofMillis(1_500)),
                plan);
    }

    private Tally holds(FaultScript script, Plan wanted) throws InterruptedException {
        Tally seen = run(script, wanted);
        System.out.printf("coherence, %s (%d rounds): %s%n", script.name(), script.rounds(), seen);
        assertEquals(0, seen.violations(), seen.toString());
        assertTrue(script.rounds() > 0, "the fault has happened");
        assertTrue(seen.checked() >= CHECKED, seen.toString());
        assertTrue(seen.binding() > CHECKED / 4, "invalidations bind reads: " + seen);
        assertTrue(seen.acknowledged() >= ACKNOWLEDGED, "a check without invalidations proves nothing: " + seen);
        return seen;
    }

    private Tally run(FaultScript script, Plan wanted) throws InterruptedException {
        try (EventLoop loop = new EventLoop()) {
            Subject pods = new HttpPods(loop, List.of(a.url(), b.url()));
            CoherenceCheck check = new CoherenceCheck(loop, pods, wanted, new Random());
            long begin = System.nanoTime();
            loop.call(check::start);
            script.start();
            await("enough reads: " + check.tally())
                    .atMost(AT_MOST)
                    .until(() -> script.rounds() > 0
                            && System.nanoTime() - begin > AT_LEAST.toNanos()
                            && check.tally().checked() >= CHECKED);
            script.end();
            heal();
            settle(loop, check);
            return check.tally();
        }
    }

    /// After the faults: what was deferred is delivered, and within D the newest versions are all that is seen.
    private void settle(EventLoop loop, CoherenceCheck check) throws InterruptedException {
        loop.call(check::stopWriting);
        if (outbox().isPresent()) {
            long[] asked = {0};
            await("the outbox is emptied").atMost(DELIVERY).until(() -> {
                asked[0] = System.nanoTime();
                return outbox().getAsDouble() == 0;
            });
            loop.call(() -> check.delivered(asked[0]));
        } else if (check.tally().deferred() > 0) {
            System.out.println(
                    "coherence: NOTE: no ballast_cache_outbox_depth; deferred invalidations not followed up");
        }
        long settled = check.tally().binding() + CHECKED / 10;
        long since = System.nanoTime();
        await("reads after the end")
                .atMost(Duration.ofSeconds(30))
                .until(() -> check.tally().binding() >= settled
                        && System.nanoTime() - since
                                > plan.staleness().plusMillis(500).toNanos());
        loop.call(check::stop);
        await("answers to all").atMost(Duration.ofSeconds(30)).until(check::isIdle);
    }

    private static OptionalDouble outbox() {
        return Metrics.of(a.url(), b.url()).find("ballast_cache_outbox_depth");
    }

    private static void redisCli(String command) {
        RedisConsole.once(STACK.redisUrl(), command);
    }
}
