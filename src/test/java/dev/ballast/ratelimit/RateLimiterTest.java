package dev.ballast.ratelimit;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.redis.RedisProcess;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The limiters of two pods on a real Redis.
class RateLimiterTest {
    /// Not `EVAL`, by which the pods follow the log.
    private static final Pattern CALLS = Pattern.compile("cmdstat_evalsha:calls=(\\d+)");

    private static RedisProcess server;

    private LimiterFixture one;
    private LimiterFixture other;

    @BeforeAll
    static void start() {
        server = new RedisProcess().start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void connect() {
        one = new LimiterFixture(server);
        other = new LimiterFixture(server);
        send(Request.cmd(Command.FLUSHALL));
    }

    @AfterEach
    void disconnect() {
        one.close();
        other.close();
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void check_2000AtOnceOverTwoPods_admitsExactlyTheLimit(Algorithm algorithm) {
        Charge charge = charge("crowd", algorithm, 100, FailureMode.CLOSED);
        List<CompletableFuture<Decision>> decisions = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            for (LimiterFixture pod : List.of(one, other)) {
                decisions.add(pod.limiter.check(List.of(charge)).subscribeAsCompletionStage());
            }
        }
        long admitted = decisions.stream()
                .filter(decision -> decision.join() instanceof Decision.Admitted)
                .count();
        assertEquals(100, admitted);
        assertEquals(100, one.charged(charge, "admitted") + other.charged(charge, "admitted"));
        assertEquals(0, one.charged(charge, "failed-closed") + other.charged(charge, "failed-closed"));
    }

    @Test
    void check_admitted_oneRoundTripForAllPolicies() {
        long before = calls();
        Decision decision = one.check(
                charge("ip", Algorithm.SLIDING_WINDOW_LOG, 100, FailureMode.CLOSED),
                charge("user", Algorithm.SLIDING_WINDOW_COUNTER, 1_000, FailureMode.CLOSED),
                charge("endpoint", Algorithm.TOKEN_BUCKET, 50, FailureMode.CLOSED));
        assertEquals(1, calls() - before);
        assertEquals(
                List.of(99L, 999L, 49L),
                assertInstanceOf(Decision.Admitted.class, decision).standings().stream()
                        .map(Standing::remaining)
                        .toList());
    }

    @Test
    void check_inOneTurnOfAnEventLoop_shareACall() {
        Charge charge = charge("turn", Algorithm.SLIDING_WINDOW_LOG, 10, FailureMode.CLOSED);
        long before = calls();
        List<Decision> decisions = one.checkAtOnce(14, charge);
        assertEquals(1, calls() - before);
        assertEquals(
                10,
                decisions.stream().filter(Decision.Admitted.class::isInstance).count());
    }

    @Test
    void check_moreInOneTurnThanACallTakes_severalCallsAndAllAnswered() {
        Charge charge = charge("large", Algorithm.TOKEN_BUCKET, 100, FailureMode.CLOSED);
        long before = calls();
        List<Decision> decisions = one.checkAtOnce(150, charge);
        assertEquals(3, calls() - before);
        assertEquals(
                100,
                decisions.stream().filter(Decision.Admitted.class::isInstance).count());
    }

    @Test
    void check_orderedToDoWithoutRedis_failureModeDecidesAndRedisIsNotAsked() {
        Charge closed = charge("ordered", Algorithm.SLIDING_WINDOW_LOG, 10, FailureMode.CLOSED);
        Charge open = charge("ordered-open", Algorithm.SLIDING_WINDOW_LOG, 10, FailureMode.OPEN);
        one.withoutRedis.set(true);
        long before = calls();
        assertInstanceOf(Decision.Rejected.class, one.check(closed));
        assertInstanceOf(Decision.Admitted.class, one.check(open));
        assertEquals(0, calls() - before);

        one.withoutRedis.set(false);
        assertInstanceOf(Decision.Admitted.class, one.check(closed));
        assertEquals(1, calls() - before);
    }

    @Test
    void check_knownToHaveNoRoom_noRoundTrip() {
        Charge charge = charge("hammer", Algorithm.SLIDING_WINDOW_LOG, 1, FailureMode.CLOSED);
        one.check(charge);
        Decision.Rejected first = assertInstanceOf(Decision.Rejected.class, one.check(charge));
        long before = calls();

        Decision.Rejected second = assertInstanceOf(Decision.Rejected.class, one.check(charge));

        assertEquals(0, calls() - before);
        assertEquals(1, one.charged(charge, "denied-by-memory"));
        Standing standing = second.violated().getFirst();
        assertTrue(standing.retryAfter().compareTo(first.violated().getFirst().retryAfter()) <= 0);
        assertTrue(one.limiter.denied(List.of(charge)).isPresent());
        assertTrue(other.limiter.denied(List.of(charge)).isEmpty());
        await().atMost(Duration.ofSeconds(10))
                .until(() -> one.limiter.denied(List.of(charge)).isEmpty());
    }

    @Test
    void check_oneOfTwoRejects_theOtherIsNotCharged() {
        Charge narrow = charge("narrow", Algorithm.TOKEN_BUCKET, 1, FailureMode.CLOSED);
        Charge wide = charge("wide", Algorithm.SLIDING_WINDOW_LOG, 10, FailureMode.CLOSED);
        one.check(narrow, wide);
        assertInstanceOf(Decision.Rejected.class, one.check(narrow, wide));
        assertEquals(9, info(wide).remaining());
    }

    @Test
    void check_scriptFlushed_goesOn() {
        Charge charge = charge("flushed", Algorithm.SLIDING_WINDOW_LOG, 3, FailureMode.CLOSED);
        one.check(charge);
        send(Request.cmd(Command.SCRIPT).arg("FLUSH"));
        assertEquals(
                1,
                assertInstanceOf(Decision.Admitted.class, one.check(charge))
                        .standings()
                        .getFirst()
                        .remaining());
    }

    @Test
    void check_costBeyondTheLimit_neverAdmitted() {
        Policy policy =
                charge("dear", Algorithm.TOKEN_BUCKET, 5, FailureMode.CLOSED).policy();
        Decision decision = one.check(new Charge(policy, "", "x", 6));
        assertEquals(
                Standing.NEVER,
                assertInstanceOf(Decision.Rejected.class, decision)
                        .violated()
                        .getFirst()
                        .retryAfter());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{a}", "}{", "a b", "a\nb\r\n", "\u0000", "ä", "*", "a:b"})
    void check_oddIdentifiers_countedApart(String odd) {
        Policy policy = charge("odd", Algorithm.SLIDING_WINDOW_LOG, 1, FailureMode.CLOSED)
                .policy();
        assertInstanceOf(Decision.Admitted.class, one.check(new Charge(policy, "", odd, 1)));
        assertInstanceOf(Decision.Rejected.class, other.check(new Charge(policy, "", odd, 1)));
        assertInstanceOf(Decision.Admitted.class, one.check(new Charge(policy, "", odd + "x", 1)));
        assertInstanceOf(Decision.Admitted.class, one.check(new Charge(policy, "gold", odd, 1)));
    }

    @Test
    void check_identifierOf10KB_keyStaysShort() {
        Policy policy = charge("long", Algorithm.SLIDING_WINDOW_LOG, 1, FailureMode.CLOSED)
                .policy();
        one.check(new Charge(policy, "", "x".repeat(10_240), 1));
        assertInstanceOf(Decision.Rejected.class, one.check(new Charge(policy, "", "x".repeat(10_240), 1)));
        assertInstanceOf(Decision.Admitted.class, one.check(new Charge(policy, "", "x".repeat(10_241), 1)));
        String keys = send(Request.cmd(Command.KEYS).arg("ballast:{rl}:log:long:*"));
        assertTrue(keys.length() < 200, keys);
    }

    @Test
    void forgive_admitsAgainOnEveryPod() {
        Charge charge = charge("sorry", Algorithm.SLIDING_WINDOW_LOG, 1, FailureMode.CLOSED);
        one.check(charge);
        one.check(charge);
        other.check(charge);
        assertTrue(other.limiter.denied(List.of(charge)).isPresent());

        one.limiter.forgive(charge).await().atMost(LimiterFixture.PATIENCE);

        await().pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofMillis(900)) // by itself a denial would last a second
                .until(() -> other.limiter.denied(List.of(charge)).isEmpty());
        assertInstanceOf(Decision.Admitted.class, other.check(charge));
    }

    @Test
    void check_redisKilled_failureModesHoldUntilItIsBack() {
        try (RedisProcess mortal = new RedisProcess().start();
                LimiterFixture pod = new LimiterFixture(mortal, Map.of("ballast.ratelimit.pods", "4"))) {
            Charge open = charge("open", Algorithm.SLIDING_WINDOW_LOG, 1, FailureMode.OPEN);
            Charge closed = charge("closed", Algorithm.SLIDING_WINDOW_LOG, 100, FailureMode.CLOSED);
            Charge local = charge("local", Algorithm.SLIDING_WINDOW_LOG, 20, FailureMode.LOCAL);
            pod.check(open, local);
            mortal.kill();

            for (int i = 0; i < 5; i++) {
                assertEquals(
                        List.of(),
                        assertInstanceOf(Decision.Admitted.class, pod.check(open, local))
                                .standings());
            }
            assertInstanceOf(Decision.Rejected.class, pod.check(open, local));
            assertInstanceOf(Decision.Rejected.class, pod.check(open, closed));
            assertEquals(6, pod.charged(open, "failed-open") - 1);
            assertEquals(5, pod.charged(local, "admitted-locally"));
            assertEquals(1, pod.charged(local, "rejected-locally"));
            assertEquals(1, pod.charged(closed, "failed-closed"));

            mortal.start();
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> pod.check(closed) instanceof Decision.Admitted admitted
                            && !admitted.standings().isEmpty());
        }
    }

    /// One late answer is one, however many requests waited for it: the breaker stays closed.
    @Test
    void check_oneCallOfManyRequestsIsLate_nextOneIsDecidedByRedis() {
        try (RedisProcess slow = new RedisProcess().start();
                LimiterFixture pod = new LimiterFixture(
                        slow,
                        Map.of(
                                "ballast.ratelimit.deadline", "PT0.5S",
                                "ballast.ratelimit.breaker-failures", "2",
                                "ballast.ratelimit.breaker-pause", "PT60S"))) {
            Charge charge = charge("late", Algorithm.TOKEN_BUCKET, 100, FailureMode.CLOSED);
            pod.check(charge);
            slow.pause();
            List<Decision> late = pod.checkAtOnce(10, charge);
            slow.resume();

            assertTrue(late.stream().allMatch(Decision.Rejected.class::isInstance), "" + late);
            assertInstanceOf(Decision.Admitted.class, pod.check(charge));
        }
    }

    @Test
    void beat_heartbeatAheadOfTheClock_isForgotten() {
        long ahead = System.currentTimeMillis() + Duration.ofHours(1).toMillis();
        send(Request.cmd(Command.ZADD)
                .arg(LimitKeys.TAG + "pods")
                .arg(ahead)
                .arg("told before the clock was set back"));

        one.pods.beat().await().atMost(LimiterFixture.PATIENCE);

        assertEquals(1, one.pods.count());
    }

    @Test
    void beat_twoPods_bothAreCounted() {
        one.pods.beat().await().atMost(LimiterFixture.PATIENCE);
        other.pods.beat().await().atMost(LimiterFixture.PATIENCE);
        one.pods.beat().await().atMost(LimiterFixture.PATIENCE);
        assertEquals(2, one.pods.count());
        assertEquals(2, other.pods.count());
    }

    private Standing info(Charge charge) {
        return one.limiter.info(charge).await().atMost(LimiterFixture.PATIENCE);
    }

    private static Charge charge(String name, Algorithm algorithm, long limit, FailureMode mode) {
        Policy policy = new Policy(name, algorithm, limit, Duration.ofMinutes(10), limit, false, mode, 0);
        return new Charge(policy, "", "somebody", 1);
    }

    private long calls() {
        long calls = 0;
        Matcher matcher = CALLS.matcher(send(Request.cmd(Command.INFO).arg("commandstats")));
        while (matcher.find()) {
            calls += Long.parseLong(matcher.group(1));
        }
        return calls;
    }

    private String send(Request request) {
        return String.valueOf(one.redis
                .commands()
                .send(request, LimiterFixture.PATIENCE)
                .await()
                .atMost(LimiterFixture.PATIENCE));
    }
}
