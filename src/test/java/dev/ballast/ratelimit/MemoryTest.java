package dev.ballast.ratelimit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.redis.RedisProcess;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What an identifier costs Redis, as it tells itself.
class MemoryTest {
    @Test
    void usage_logFollowsTheAdmissionsAndTheOthersDoNot() {
        try (RedisProcess server = new RedisProcess().start();
                LimiterFixture pod = new LimiterFixture(server)) {
            for (Algorithm algorithm : Algorithm.values()) {
                long hundred = usage(pod, algorithm, 100);
                long thousand = usage(pod, algorithm, 1_000);
                System.out.printf(
                        "%s: %,d bytes after 100 admissions, %,d after 1,000%n", algorithm, hundred, thousand);
                switch (algorithm) {
                    case SLIDING_WINDOW_LOG -> assertTrue(thousand < 20_000, "11 bytes each, and a little");
                    case SLIDING_WINDOW_COUNTER, TOKEN_BUCKET -> assertTrue(thousand < 200 && hundred < 200);
                }
            }
        }
    }

    private static long usage(LimiterFixture pod, Algorithm algorithm, int admissions) {
        Policy policy = new Policy("ip", algorithm, 1_000, Duration.ofHours(1), 1_000, false, FailureMode.CLOSED, 0);
        Charge charge = new Charge(policy, "", "203.0.113." + admissions, 1);
        for (int i = 0; i < admissions; i++) {
            pod.check(charge);
        }
        return pod.redis
                .commands()
                .send(Request.cmd(Command.MEMORY).arg("USAGE").arg(LimitKeys.of(charge)))
                .await()
                .atMost(LimiterFixture.PATIENCE)
                .toLong();
    }
}
