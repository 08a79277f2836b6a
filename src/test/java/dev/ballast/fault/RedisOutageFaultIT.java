package dev.ballast.fault;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.load.Load;
import dev.ballast.load.Metrics;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Server;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Contract 4 of the cache: Redis away under load costs latency, not answers, and Redis is used again by itself soon
/// after it is back. Three times as many keys as memory holds, so that Redis is asked all the time.
class RedisOutageFaultIT {
    private static final int CONNECTIONS = 64;
    private static final int FIRST_USER = 5_000;
    private static final int USERS = 3_000;
    private static final Duration BEFORE = Duration.ofSeconds(4);
    private static final Duration OUTAGE = Duration.ofSeconds(5);
    private static final Duration WHOLE = Duration.ofSeconds(16);
    private static final Duration BACK_WITHIN = Duration.ofSeconds(5);

    private final Stack stack = Stack.shared();
    private long begin;
    private volatile Duration away = Duration.ZERO;
    private volatile Duration returned = Duration.ZERO;
    private volatile Duration back = Duration.ZERO;

    @AfterEach
    void heal() {
        stack.heal();
    }

    /// How Redis goes away: with its connections, or keeping them and not answering.
    enum Outage {
        KILLED,
        HANGING
    }

    @ParameterizedTest
    @EnumSource
    void redisAwayUnder64Connections_everyReadIsAnsweredAndRedisServesAgain(Outage how) throws InterruptedException {
        try (Pod pod = stack.pod("outage").start()) {
            SplittableRandom random = new SplittableRandom(42);
            Load load = new Load(pod.url(), Tokens.service(), CONNECTIONS);
            load.run(Duration.ofSeconds(3), _ -> user(random)); // warms code and tiers up
            FaultScript outage = new FaultScript("Redis " + how)
                    .step(() -> {}, BEFORE)
                    .step(() -> takeAway(how), OUTAGE)
                    .step(() -> bringBack(pod), WHOLE);
            begin = System.nanoTime();
            outage.start();
            Load.Trace trace = load.trace(WHOLE, _ -> user(random));
            outage.end();

            print(how, "before", trace.between(Duration.ZERO, away));
            print(how, "during", trace.between(away, returned));
            print(how, "after", trace.between(back, WHOLE));
            System.out.printf(
                    "Redis %s: L2 hits again %d ms after its return%n",
                    how, backAfter().toMillis());
            Load.Report all = trace.between(Duration.ZERO, WHOLE);
            assertEquals(0, all.errors(), all.toString());
            assertTrue(trace.between(away, returned).requests() > 500, "reads went on during the outage");
            assertTrue(backAfter().compareTo(BACK_WITHIN) < 0, "back after " + backAfter());
        }
    }

    private void takeAway(Outage how) {
        away = sinceBegin();
        if (how == Outage.KILLED) {
            stack.kill(Server.REDIS);
        } else {
            stack.pause(Server.REDIS);
        }
    }

    private void bringBack(Pod pod) {
        double hits = hits(pod);
        stack.resume(Server.REDIS);
        stack.start(Server.REDIS);
        returned = sinceBegin();
        await().pollInterval(Duration.ofMillis(50))
                .atMost(BACK_WITHIN.multipliedBy(2))
                .until(() -> hits(pod) > hits);
        back = sinceBegin();
    }

    private Duration backAfter() {
        return back.minus(returned);
    }

    private Duration sinceBegin() {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private static double hits(Pod pod) {
        return Metrics.of(pod.url()).sum("ballast_cache_hits_total", "cache=\"users\"", "tier=\"l2\"");
    }

    private static String user(SplittableRandom random) {
        return "/users/" + (FIRST_USER + random.nextInt(USERS));
    }

    private static void print(Outage how, String when, Load.Report report) {
        System.out.printf("Redis %s, %d connections, %s: %s%n", how, CONNECTIONS, when, report);
    }
}
