package dev.ballast.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What three limits cost a read that memory answers: one pod with them, one without, in turns. The figures are
/// printed; only errors fail, since machines differ.
class RateLimitLoadIT {
    private static final int CONNECTIONS = 64;
    private static final int ROUNDS = 3;
    private static final Duration WARM_UP = Duration.ofSeconds(6);
    private static final Duration ROUND = Duration.ofSeconds(4);
    private static final long USER = 1;

    private final Stack stack = Stack.shared();
    private final Pod limited = stack.pod("limited")
            .property("ballast.policies.ip.algorithm", "sliding-window-log")
            .property("ballast.policies.user.algorithm", "sliding-window-log");
    private final Pod free = stack.pod("unlimited").property("ballast.admission.enabled", "false");

    @AfterEach
    void end() {
        limited.close();
        free.close();
    }

    @Test
    void get_hitInMemoryWithTwoExactLimitsAndABucket_throughputToThatWithoutLimits() throws InterruptedException {
        Load with = load(limited.start());
        Load without = load(free.start());
        run(with, WARM_UP);
        run(without, WARM_UP);
        List<Double> shares = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            double limitedRate = run(with, ROUND).perSecond();
            double freeRate = run(without, ROUND).perSecond();
            shares.add(limitedRate / freeRate);
        }
        shares.sort(null);
        System.out.printf(
                "GET /users/{id}, a hit in memory, %d connections: with limits %.2f of the throughput without (median of %d)%n",
                CONNECTIONS, shares.get(ROUNDS / 2), ROUNDS);
    }

    private static Load.Report run(Load load, Duration duration) throws InterruptedException {
        Load.Report report = load.run(duration, _ -> "/users/" + USER);
        System.out.println(report);
        assertEquals(0, report.errors(), report.toString());
        return report;
    }

    private static Load load(Pod pod) {
        return new Load(pod.url(), Tokens.user(USER), CONNECTIONS);
    }
}
