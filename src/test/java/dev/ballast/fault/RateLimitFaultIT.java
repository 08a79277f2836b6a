package dev.ballast.fault;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.load.Load;
import dev.ballast.load.Metrics;
import dev.ballast.stack.FaultProxy;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Server;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Contract 4 of the rate limits: while Redis is away under load, each policy's failure mode holds and nobody waits for
/// long; soon after its return Redis decides again. The reads are hits in memory, which no other part of Redis' outage
/// touches.
class RateLimitFaultIT {
    private static final int CONNECTIONS = 64;
    private static final Duration BEFORE = Duration.ofSeconds(2);
    private static final Duration OUTAGE = Duration.ofSeconds(3);
    private static final Duration WHOLE = Duration.ofSeconds(13);
    private static final Duration HOLDS_WITHIN = Duration.ofMillis(100);
    private static final Duration BACK_WITHIN = Duration.ofSeconds(5);

    /// A Redis that is there makes it, however busy the machine.
    private static final Duration DEADLINE = Duration.ofMillis(500);

    /// One request per pause of the breaker asks all the same, and those that did right before a hanging Redis goes on
    /// have its answer in time.
    private static final long LAST_QUESTIONS = DEADLINE.dividedBy(Duration.ofMillis(250)) + 1;

    /// What a busy machine may explain; who waited for Redis would wait for as long as the outage lasts.
    private static final Duration NOBODY_WAITS_LONGER = OUTAGE.minusMillis(500);

    private static final Stack STACK = Stack.shared();
    private static FaultProxy redis;
    private static Pod pod;

    private long begin;
    private volatile Duration away = Duration.ZERO;
    private volatile Duration returning = Duration.ZERO;
    private volatile Duration returned = Duration.ZERO;
    private volatile Duration back = Duration.ZERO;

    @BeforeAll
    static void start() {
        redis = FaultProxy.to(STACK, Server.REDIS);
        pod = STACK.pod("limits")
                .environment("REDIS_URL", redis.url())
                .property("ballast.ratelimit.deadline", DEADLINE.toString())
                .start();
    }

    @AfterEach
    void heal() {
        redis.pass();
        STACK.heal();
    }

    @AfterAll
    static void end() {
        pod.close();
        redis.close();
    }

    @ParameterizedTest
    @CsvSource({
        "killed, closed, 429, failed-closed",
        "killed, open, 200, failed-open",
        "killed, local, 200, admitted-locally",
        "hanging, closed, 429, failed-closed",
        "hanging, local, 200, admitted-locally"
    })
    void redisAwayUnder64Connections_failureModeHoldsUntilRedisIsBack(
            String how, String mode, String answer, String counted) throws Exception {
        change(mode);
        Load load = new Load(pod.url(), Tokens.service(), CONNECTIONS);
        load.run(Duration.ofSeconds(4), _ -> "/users/1"); // warms code and memory up
        double countedBefore = charges(counted);
        FaultScript outage = new FaultScript("limits " + mode)
                .step(() -> {}, BEFORE)
                .step(() -> takeAway(how), OUTAGE)
                .step(() -> bringBack(how), WHOLE);
        begin = System.nanoTime();
        outage.start();
        Load.Trace trace = load.trace(WHOLE, _ -> "/users/1");
        outage.end();

        // who was sent right before may meet the outage on the way
        Load.Report before = trace.between(Duration.ZERO, away.minusSeconds(1));
        Load.Report during = trace.between(away.plus(HOLDS_WITHIN), returning);
        Load.Report beforeTheLastQuestions = trace.between(away.plus(HOLDS_WITHIN), returning.minus(DEADLINE));
        Load.Report after = trace.between(returned.plus(BACK_WITHIN), WHOLE);
        Duration slowest = trace.slowest();
        System.out.printf(
                "Redis %s, on failure %s: before %s; during %s; after %s; slowest answer %d ms; Redis decides again %d ms"
                        + " after its return%n",
                how,
                mode,
                before,
                during,
                after,
                slowest.toMillis(),
                back.minus(returned).toMillis());
        assertEquals(Set.of("200"), before.outcomes().keySet());
        assertEquals(Set.of(answer), beforeTheLastQuestions.outcomes().keySet());
        long others = during.requests() - during.outcomes().getOrDefault(answer, 0L);
        assertTrue(others <= (how.equals("hanging") ? LAST_QUESTIONS : 0), during.toString());
        assertEquals(Set.of("200"), after.outcomes().keySet());
        assertTrue(back.minus(returned).compareTo(BACK_WITHIN) < 0, "back after " + back.minus(returned));
        assertTrue(slowest.compareTo(NOBODY_WAITS_LONGER) < 0, "the slowest answer took " + slowest);
        assertTrue(charges(counted) - countedBefore >= during.requests(), counted + " " + charges(counted));
        assertTrue(
                Set.of("200", "429")
                        .containsAll(
                                trace.between(Duration.ZERO, WHOLE).outcomes().keySet()),
                "nothing but answers of the limits");
    }

    private static void change(String mode) {
        given().baseUri(pod.url())
                .header("Authorization", "Bearer " + Tokens.operator())
                .contentType("application/json")
                .body(Map.of("onFailure", mode))
                .put("/ops/rate-limits/user")
                .then()
                .statusCode(200);
    }

    private static double charges(String outcome) {
        return Metrics.of(pod.url())
                .sum("ballast_ratelimit_charges_total", "policy=\"user\"", "outcome=\"%s\"".formatted(outcome));
    }

    private void takeAway(String how) {
        away = sinceBegin();
        if (how.equals("killed")) {
            STACK.kill(Server.REDIS);
        } else {
            redis.hang();
        }
    }

    private void bringBack(String how) {
        returning = sinceBegin();
        if (how.equals("killed")) {
            STACK.start(Server.REDIS);
        } else {
            redis.pass();
        }
        returned = sinceBegin();
        await().pollInterval(Duration.ofMillis(20))
                .atMost(BACK_WITHIN.multipliedBy(2))
                .until(RateLimitFaultIT::redisDecides);
        back = sinceBegin();
    }

    /// Only it knows the figures.
    private static boolean redisDecides() {
        return given().baseUri(pod.url())
                        .header("Authorization", "Bearer " + Tokens.service())
                        .get("/users/1")
                        .header("RateLimit")
                != null;
    }

    private Duration sinceBegin() {
        return Duration.ofNanos(System.nanoTime() - begin);
    }
}
