package dev.ballast.fault;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.load.Load;
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
    private static final Duration WHOLE = Duration.ofSeconds(12);
    private static final Duration HOLDS_WITHIN = Duration.ofMillis(100);
    private static final Duration BACK_WITHIN = Duration.ofSeconds(5);

    private static final Stack STACK = Stack.shared();
    private static Pod pod;

    private long begin;
    private volatile Duration away = Duration.ZERO;
    private volatile Duration returned = Duration.ZERO;
    private volatile Duration back = Duration.ZERO;

    @BeforeAll
    static void start() {
        pod = STACK.pod("limits").start();
    }

    @AfterEach
    void heal() {
        STACK.heal();
    }

    @AfterAll
    static void end() {
        pod.close();
    }

    @ParameterizedTest
    @CsvSource({"closed, 429", "open, 200", "local, 200"})
    void redisKilledUnder64Connections_failureModeHoldsUntilRedisIsBack(String mode, String answer)
            throws InterruptedException {
        change(mode);
        Load load = new Load(pod.url(), Tokens.service(), CONNECTIONS);
        load.run(Duration.ofSeconds(4), _ -> "/users/1"); // warms code and memory up
        FaultScript outage = new FaultScript("limits " + mode)
                .step(() -> {}, BEFORE)
                .step(this::takeAway, OUTAGE)
                .step(this::bringBack, WHOLE);
        begin = System.nanoTime();
        outage.start();
        Load.Trace trace = load.trace(WHOLE, _ -> "/users/1");
        outage.end();

        Load.Report during = trace.between(away.plus(HOLDS_WITHIN), returned);
        Load.Report after = trace.between(back, WHOLE);
        System.out.printf(
                "Redis killed, on failure %s: before %s; during %s; after %s; Redis decides again %d ms after its return%n",
                mode,
                trace.between(Duration.ZERO, away),
                during,
                after,
                back.minus(returned).toMillis());
        assertEquals(Set.of(answer), during.outcomes().keySet());
        assertEquals(Set.of("200"), after.outcomes().keySet());
        assertTrue(back.minus(returned).compareTo(BACK_WITHIN) < 0, "back after " + back.minus(returned));
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

    private void takeAway() {
        STACK.kill(Server.REDIS);
        away = sinceBegin();
    }

    private void bringBack() {
        STACK.start(Server.REDIS);
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
