package dev.ballast.load;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Three times as much as a pod can do: payments and reads of users go on while recommendations are turned away.
class OverloadIT {
    private static final Duration MEASURED = Duration.ofSeconds(5);
    private static final Duration OVERLOADED = Duration.ofSeconds(10);
    private static final int USERS = 500;

    private final Stack stack = Stack.shared();

    @AfterEach
    void heal() {
        stack.heal();
    }

    @Test
    void threeTimesTheCapacity_essentialsAreAnswered_optionalIsShed() throws InterruptedException {
        String run = UUID.randomUUID().toString();
        try (Pod pod = stack.pod("overloaded").start()) {
            Load mixed = new Load(pod.url(), Tokens.service(), 64);
            var _ = mixed.run(MEASURED, OverloadIT::mixed); // warms up
            double capacity = mixed.run(MEASURED, OverloadIT::mixed).perSecond();
            System.out.printf("Overload: the pod answers %,.0f requests per second%n", capacity);

            List<OpenLoop.Outcome> outcomes = new OpenLoop(pod.url(), Tokens.service())
                    .run(
                            OVERLOADED,
                            List.of(
                                    new OpenLoop.Kind("users", 0.5 * capacity, 128, n -> "/users/" + user(n), null),
                                    new OpenLoop.Kind(
                                            "payments", 0.1 * capacity, 64, _ -> "/payments", n -> payment(run, n)),
                                    new OpenLoop.Kind(
                                            "recommendations",
                                            2.4 * capacity,
                                            256,
                                            n -> "/recommendations/" + user(n),
                                            null)));
            outcomes.forEach(outcome -> System.out.println("Overload: " + outcome));
            Metrics metrics = Metrics.of(pod.url());
            double shed = metrics.sum("ballast_overload_shed_total", "priority=\"optional\"");
            System.out.printf(
                    "Overload: shed %,.0f optional and %,.0f essential requests%n",
                    shed, metrics.sum("ballast_overload_shed_total", "priority=\"essential\""));
            for (OpenLoop.Outcome outcome : outcomes.subList(0, 2)) {
                assertTrue(outcome.successRatio() >= 0.9, outcome.toString());
                assertTrue(outcome.p99().compareTo(Duration.ofSeconds(2)) < 0, outcome.toString());
            }
            assertTrue(shed > 0, "recommendations are turned away");
        }
    }

    private static String mixed(long n) {
        return n % 2 == 0 ? "/users/" + user(n) : "/recommendations/" + user(n);
    }

    private static long user(long n) {
        return 1 + n % USERS;
    }

    private static String payment(String run, long n) {
        return "{\"orderId\":\"over-%s-%d\",\"userId\":%d,\"amount\":1,\"currency\":\"EUR\"}"
                .formatted(run.substring(0, 8), n, user(n));
    }
}
