package dev.ballast.load;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Three times as much as a pod carries: payments and reads of users go on while recommendations are turned away. Run
/// under `-Psoak`: what a pod carries cannot be measured while it compiles itself, which takes two cores a minute.
/// Twice, as turning away is compiled too, in the first seconds of it: both are held to the bar.
class OverloadIT {
    /// As long as two cores take to compile what is hot.
    private static final Duration WARM_UP = Duration.ofSeconds(75);

    private static final Duration MEASURED = Duration.ofSeconds(5);
    private static final Duration OVERLOADED = Duration.ofSeconds(20);
    private static final Duration IN_TIME = Duration.ofSeconds(2);
    private static final Duration CALM_AGAIN = Duration.ofMinutes(2);
    private static final int USERS = 500;
    private static final int USER_CONNECTIONS = 128;
    private static final int PAYMENT_CONNECTIONS = 64;

    private static final Duration QUICK = Duration.ofMillis(500);
    private static final double LEAST = 300;
    private static final double STEP = 1.25;

    /// Times that a rate is tried: one pause of a shared machine overflows the connections, and a pod thought to carry
    /// a third of what it does is not overloaded by three times that.
    private static final int TRIES = 3;

    private final Stack stack = Stack.shared();
    private final String run = UUID.randomUUID().toString();
    private final AtomicLong orders = new AtomicLong();

    @AfterEach
    void heal() {
        stack.heal();
    }

    @Test
    @EnabledIfSystemProperty(named = "ballast.soak", matches = ".+")
    void threeTimesTheCapacity_essentialsAreAnswered_optionalIsShed() throws InterruptedException {
        try (Pod pod = stack.pod("overloaded").start()) {
            OpenLoop callers = new OpenLoop(pod.url(), Tokens.service());
            callers.run(
                    WARM_UP,
                    List.of(users(250, USER_CONNECTIONS), payments(50, PAYMENT_CONNECTIONS), recommendations(250, 64)));
            double capacity = capacity(callers);
            settle(pod);
            System.out.printf("Overload: the pod carries %,.0f requests a second, one of six a payment%n", capacity);

            double before = changes(pod);
            Overload first = overload(pod, callers, capacity);
            settle(pod);
            Overload second = overload(pod, callers, capacity);
            settle(pod);
            double changes = changes(pod) - before;
            System.out.printf("Overload: recommendations changed their level %,.0f times%n", changes);
            assertAll(
                    first::check,
                    second::check,
                    // to the least and back a level at a time, twice
                    () -> assertTrue(changes <= 2 * 3, changes + " changes"));
        }
    }

    private Overload overload(Pod pod, OpenLoop callers, double capacity) throws InterruptedException {
        double optionalBefore = shed(pod, "optional");
        double essentialBefore = shed(pod, "essential");
        List<OpenLoop.Outcome> outcomes = callers.run(
                OVERLOADED,
                List.of(
                        users(0.5 * capacity, USER_CONNECTIONS),
                        payments(0.1 * capacity, PAYMENT_CONNECTIONS),
                        recommendations(2.4 * capacity, 256)));
        outcomes.forEach(outcome -> System.out.println("Overload: " + outcome));
        double optionalShed = shed(pod, "optional") - optionalBefore;
        double essentialShed = shed(pod, "essential") - essentialBefore;
        System.out.printf("Overload: shed %,.0f optional and %,.0f essential requests%n", optionalShed, essentialShed);
        return new Overload(outcomes, optionalShed, essentialShed);
    }

    private record Overload(List<OpenLoop.Outcome> outcomes, double optionalShed, double essentialShed) {
        void check() {
            double essentials = 0;
            for (OpenLoop.Outcome outcome : outcomes.subList(0, 2)) {
                assertTrue(outcome.successRatio() >= 0.9, outcome.toString());
                assertTrue(outcome.p99().compareTo(IN_TIME) < 0, outcome.toString());
                essentials += outcome.offered();
            }
            OpenLoop.Outcome recommended = outcomes.getLast();
            assertTrue(optionalShed > 0.3 * recommended.offered(), "recommendations are turned away");
            assertTrue(recommended.successRatio() < 0.9, recommended.toString());
            assertTrue(essentialShed < 0.1 * essentials, essentialShed + " essential requests were turned away");
        }
    }

    private static double changes(Pod pod) {
        return Metrics.of(pod.url()).sum("ballast_degradation_changes_total", "name=\"recommendations\"");
    }

    private static double shed(Pod pod, String priority) {
        return Metrics.of(pod.url()).sum("ballast_overload_shed_total", "priority=\"" + priority + "\"");
    }

    /// The highest of rising rates of a mix with five reads to a payment at which all are answered in good time.
    private double capacity(OpenLoop callers) throws InterruptedException {
        double carried = LEAST;
        for (double rate = LEAST; ; rate *= STEP) {
            if (!carries(callers, rate)) {
                assertTrue(rate > LEAST, "it does not even carry the least");
                return carried;
            }
            carried = rate;
        }
    }

    private boolean carries(OpenLoop callers, double rate) throws InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            List<OpenLoop.Outcome> outcomes = callers.run(
                    MEASURED, List.of(users(rate * 5 / 6, USER_CONNECTIONS), payments(rate / 6, PAYMENT_CONNECTIONS)));
            if (outcomes.stream()
                    .allMatch(kind -> kind.successRatio() > 0.98 && kind.p99().compareTo(QUICK) < 0)) {
                return true;
            }
            System.out.printf("Overload: too much at %,.0f/s: %s%n", rate, outcomes);
        }
        return false;
    }

    /// Until what was too much is worked off, and nobody is turned away for it any more.
    private static void settle(Pod pod) {
        await().atMost(CALM_AGAIN).untilAsserted(() -> {
            Metrics metrics = Metrics.of(pod.url());
            assertEquals(OptionalDouble.of(0), metrics.find("ballast_degradation_overall"));
            assertEquals(OptionalDouble.of(2), metrics.find("ballast_overload_share"), "all of both kinds");
        });
    }

    private static OpenLoop.Kind users(double perSecond, int connections) {
        return new OpenLoop.Kind("users", perSecond, connections, n -> "/users/" + user(n), null);
    }

    private static OpenLoop.Kind recommendations(double perSecond, int connections) {
        return new OpenLoop.Kind("recommendations", perSecond, connections, n -> "/recommendations/" + user(n), null);
    }

    private OpenLoop.Kind payments(double perSecond, int connections) {
        return new OpenLoop.Kind("payments", perSecond, connections, _ -> "/payments", this::payment);
    }

    private static long user(long n) {
        return 1 + n % USERS;
    }

    private String payment(long n) {
        return "{\"orderId\":\"over-%s-%d\",\"userId\":%d,\"amount\":1,\"currency\":\"EUR\"}"
                .formatted(run.substring(0, 8), orders.incrementAndGet(), user(n));
    }
}
