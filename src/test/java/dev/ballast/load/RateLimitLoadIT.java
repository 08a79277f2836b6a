package dev.ballast.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a read that memory answers costs under three limits, compared with `GET /`, which has the same tracing and
/// metrics and no limits, and with the same read of a pod whose limits are off: in turns, in one run, once all are
/// warm. The best round has to reach the bar, as the machine may be busy with other things in some.
class RateLimitLoadIT {
    private static final int CONNECTIONS = 64;
    private static final int ROUNDS = 5;
    /// The compiler gets through what a read under limits goes through in a quarter of a minute or in two.
    private static final int WARM_UPS = 24;

    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final double STILL_RISING = 1.05;
    private static final Duration ROUND = Duration.ofSeconds(3);
    private static final long USER = 1;
    private static final String READ = "/users/" + USER;
    private static final String BARE = "/";
    private static final double BAR = 0.5;

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
        run(with, WARM_UP, BARE);
        warmUp(without, READ);
        warmUp(with, READ);
        List<Double> toBare = new ArrayList<>();
        List<Double> toFree = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            double limitedRate = run(with, ROUND, READ).perSecond();
            toBare.add(limitedRate / run(with, ROUND, BARE).perSecond());
            toFree.add(limitedRate / run(without, ROUND, READ).perSecond());
        }
        System.out.printf(
                "GET /users/{id}, a hit in memory with three limits, %d connections: %.2f of the throughput of a bare"
                        + " endpoint, %.2f of the same read without limits (medians of %d)%n",
                CONNECTIONS, median(toBare), median(toFree), ROUNDS);
        assertTrue(Collections.max(toBare) >= BAR, "of a bare endpoint: " + toBare);
    }

    /// Until twice in a row no run was faster than the fastest before.
    private static void warmUp(Load load, String path) throws InterruptedException {
        double fastest = 0;
        int slower = 0;
        for (int i = 0; i < WARM_UPS && slower < 2; i++) {
            double rate = run(load, WARM_UP, path).perSecond();
            slower = rate > STILL_RISING * fastest ? 0 : slower + 1;
            fastest = Math.max(fastest, rate);
        }
    }

    private static double median(List<Double> shares) {
        return shares.stream().sorted().toList().get(shares.size() / 2);
    }

    private static Load.Report run(Load load, Duration duration, String path) throws InterruptedException {
        Load.Report report = load.run(duration, _ -> path);
        System.out.println(path + " " + report);
        assertEquals(0, report.errors(), report.toString());
        return report;
    }

    private static Load load(Pod pod) {
        return new Load(pod.url(), Tokens.user(USER), CONNECTIONS);
    }
}
