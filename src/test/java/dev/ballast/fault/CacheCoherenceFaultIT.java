package dev.ballast.fault;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.fault.CoherenceCheck.Plan;
import dev.ballast.fault.Subject.Seen;
import dev.ballast.load.Metrics;
import dev.ballast.stack.FaultProxy;
import dev.ballast.stack.Pod;
import dev.ballast.stack.RedisConsole;
import dev.ballast.stack.Server;
import dev.ballast.stack.Stack;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Contract 1 of the cache on two pods of the packaged service: no read that starts more than D after an acknowledged
/// invalidation shows anything older, whatever fails meanwhile.
///
/// Pod a reaches Redis and PostgreSQL by ways that can be cut and slowed; pod b reaches them directly, has a memory of
/// 12 entries for 24 keys, so that what lies in Redis is seen as well, and keeps entries in either tier for so short
/// that expiry, early refresh and renewal meet every fault. Each fault is met by at least 20,000
/// checked reads; under `-Psoak` by ten times as many.
class CacheCoherenceFaultIT {
    private static final int KEYS = 24;

    private static final Stack STACK = Stack.shared();
    private static FaultProxy redis;
    private static FaultProxy postgres;
    private static Pod a;
    private static Pod b;

    private Plan plan;

    @BeforeAll
    static void startPods() throws Exception {
        redis = FaultProxy.to(STACK, Server.REDIS);
        postgres = FaultProxy.to(STACK, Server.POSTGRES);
        a = STACK.pod("coherence-a")
                .environment("REDIS_URL", redis.url())
                .environment("POSTGRES_URL", postgres.url())
                .start();
        b = STACK.pod("coherence-b")
                .property("ballast.cache.caches.users.l1-max-entries", "12")
                .property("ballast.cache.caches.users.l1-ttl", "PT1S")
                .property("ballast.cache.caches.users.l2-ttl", "PT3S")
                .start();
        CoherenceRun.warmUp(STACK, a, b);
    }

    @AfterAll
    static void endPods() {
        a.close();
        b.close();
        redis.close();
        postgres.close();
        emptyRedisAndItsSnapshot(); // a restart in another test is to bring nothing of this one back
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
        a.start();
        STACK.heal();
    }

    @Test
    void noFault_readsKeepTheBound() throws Exception {
        CoherenceRun.assertNoneRefused(holds(new FaultScript("no fault").step(() -> {}, Duration.ofSeconds(1)), plan));
    }

    @Test
    void bulkReadsAndWarmUpsCrossInvalidations_readsKeepTheBound() throws Exception {
        double before = refreshes();
        Tally seen =
                holds(new FaultScript("bulk and warm-up").step(() -> {}, Duration.ofSeconds(1)), plan.bulk(0.8, 2));
        assertTrue(seen.warmUps() > 100, seen.toString());
        CoherenceRun.assertNoneRefused(seen);
        assertTrue(refreshes() > before, "values were read anew before their time was over");
    }

    private static double refreshes() {
        return Metrics.of(b.url()).sum("ballast_cache_refreshes_total", "cache=\"users\"");
    }

    @Test
    void redisConnectionsOfOnePodCut_readsKeepTheBound() throws Exception {
        CoherenceRun.assertNoneRefused(holds(
                new FaultScript("Redis and log connection cut")
                        .step(redis::cut, Duration.ofMillis(300))
                        .step(redis::cut, Duration.ofMillis(700))
                        .step(redis::hang, Duration.ofMillis(1_600))
                        .step(redis::pass, Duration.ofMillis(700))
                        .step(redis::loseAnswers, Duration.ofMillis(1_600))
                        .step(redis::pass, Duration.ofMillis(700))
                        .step(redis::refuse, Duration.ofMillis(1_600))
                        .step(redis::pass, Duration.ofMillis(700)),
                plan));
    }

    @Test
    void podStoppedAndContinued_readsKeepTheBound() throws Exception {
        holds(
                new FaultScript("pod stopped and continued")
                        .step(a::pause, Duration.ofMillis(2_500))
                        .step(a::resume, Duration.ofMillis(700))
                        .step(b::pause, Duration.ofMillis(2_500))
                        .step(b::resume, Duration.ofMillis(700)),
                plan);
    }

    @Test
    void redisRestartedFromAnOldSnapshot_readsKeepTheBound() throws Exception {
        CoherenceRun.assertNoneRefused(holds(
                new FaultScript("Redis killed, restarted from an old snapshot")
                        .step(() -> redisCli("SAVE"), Duration.ofMillis(1_500))
                        .step(() -> STACK.kill(Server.REDIS), Duration.ofMillis(200))
                        .step(() -> STACK.start(Server.REDIS), Duration.ofMillis(2_000)),
                plan));
    }

    @Test
    void redisRestartedEmpty_readsKeepTheBound() throws Exception {
        CoherenceRun.assertNoneRefused(holds(
                new FaultScript("Redis killed, restarted empty")
                        .step(CacheCoherenceFaultIT::emptyRedisAndItsSnapshot, Duration.ofMillis(1_500))
                        .step(() -> STACK.kill(Server.REDIS), Duration.ofMillis(200))
                        .step(() -> STACK.start(Server.REDIS), Duration.ofMillis(2_000)),
                plan));
    }

    @Test
    void redisStoppedAndContinued_readsKeepTheBound() throws Exception {
        CoherenceRun.assertNoneRefused(holds(
                new FaultScript("Redis stopped and continued")
                        .step(() -> STACK.pause(Server.REDIS), Duration.ofMillis(1_600))
                        .step(() -> STACK.resume(Server.REDIS), Duration.ofMillis(1_500)),
                plan));
    }

    @Test
    void flushAll_readsKeepTheBound() throws Exception {
        CoherenceRun.assertNoneRefused(
                holds(new FaultScript("FLUSHALL").step(() -> redisCli("FLUSHALL"), Duration.ofMillis(400)), plan));
    }

    @Test
    void loadsOfOnePodSlow_readsKeepTheBound() throws Exception {
        postgres.slow(Duration.ofMillis(150));
        CoherenceRun.assertNoneRefused(holds(
                new FaultScript("slow loads")
                        .step(() -> postgres.slow(Duration.ofMillis(150)), Duration.ofMillis(1_500))
                        .step(() -> postgres.slow(Duration.ofMillis(30)), Duration.ofMillis(1_500)),
                plan));
    }

    /// What a killed pod had committed is invalidated by the other one.
    @Test
    void podKilledAndStartedAgain_readsKeepTheBound() throws Exception {
        holds(
                new FaultScript("pod killed and started again")
                        .step(() -> {}, Duration.ofMillis(2_000))
                        .step(a::kill, Duration.ofMillis(1_500))
                        .step(a::start, Duration.ofMillis(8_000)), // a start takes the machine for itself
                plan);
    }

    /// The outbox row is written by a trigger, so a change past the service is followed as well.
    @Test
    void changedBySqlByHand_bothPodsShowItSoon() throws Exception {
        try (EventLoop loop = new EventLoop()) {
            Subject pods = new HttpPods(loop, List.of(a.url(), b.url()));
            long user = plan.keys().getFirst();
            assertEquals(new Seen.Versions(Map.of(user, 1L), ""), seen(pods, 0, user));
            assertEquals(new Seen.Versions(Map.of(user, 1L), ""), seen(pods, 1, user));
            CheckedUsers.changeBySql(STACK, user);
            long changed = System.nanoTime();
            for (int pod : List.of(0, 1)) {
                await("pod " + pod + " shows it")
                        .atMost(Duration.ofSeconds(10))
                        .untilAsserted(
                                () -> assertEquals(new Seen.Versions(Map.of(user, 2L), ""), seen(pods, pod, user)));
            }
            System.out.printf(
                    "coherence, SQL by hand: both pods show it after %d ms%n",
                    (System.nanoTime() - changed) / 1_000_000);
        }
    }

    /// Whichever tier it came from.
    private static Seen seen(Subject pods, int pod, long user) throws Exception {
        CompletableFuture<Seen> answer = new CompletableFuture<>();
        pods.read(pod, List.of(user), answer::complete);
        return answer.get(20, TimeUnit.SECONDS) instanceof Seen.Versions versions
                ? new Seen.Versions(versions.byKey(), "")
                : answer.join();
    }

    private Tally holds(FaultScript script, Plan wanted) throws Exception {
        return new CoherenceRun(STACK, a, b, this::heal).holds(script, wanted);
    }

    private static void emptyRedisAndItsSnapshot() {
        redisCli("FLUSHALL");
        redisCli("SAVE");
    }

    private static void redisCli(String command) {
        RedisConsole.once(STACK.redisUrl(), command);
    }
}
