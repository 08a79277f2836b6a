package dev.ballast.fault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.payments.PaymentCalls;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.StackFailure;
import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A record that kills the process that handles it is found out and buried; who was in flight beside it is not.
class KillingRecordIT {
    private static final Stack STACK = Stack.apart("payments");
    private static final int KILLED = 137;
    private static final int DEATHS_ALONE = 2;

    /// Longer than a process lives that the record may kill at once.
    private static final Duration TRIAL_AFTER = Duration.ofSeconds(20);

    private static final Duration A_WHILE = Duration.ofSeconds(1);
    private static final Duration DIES_WITHIN = Duration.ofSeconds(60);
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(90);

    private Pod pod;

    @AfterEach
    void endPod() {
        pod.stop();
        pod.close();
    }

    @Test
    void recordKillsTheProcess_deadLetteredAfterTheConfiguredDeathsAndNoBystanderIs() throws Exception {
        String killer = PaymentCalls.orderId();
        pod = STACK.pod("victim")
                .property("ballast.failpoint", "payment-before-handling")
                .property("ballast.failpoint-for", killer)
                .property("ballast.messaging.consumers.payments.max-deaths", Integer.toString(DEATHS_ALONE))
                .property("ballast.messaging.consumers.payments.trial-after", TRIAL_AFTER.toString())
                .start();
        try (PaymentTraffic traffic = new PaymentTraffic(STACK, () -> pod.url()).start()) {
            traffic.run(A_WHILE);
            Payer payer = traffic.payer();
            traffic.bury(new Doomed(
                    "kills-the-process",
                    Long.toString(payer.user).getBytes(UTF_8),
                    PaymentCalls.event(killer, payer.user, 1).getBytes(UTF_8)));

            // in a crowd at first, which convicts nobody
            Duration lived = Duration.ZERO;
            long started = System.nanoTime();
            for (int death = 0; death <= DEATHS_ALONE; death++) {
                assertEquals(OptionalInt.of(KILLED), pod.awaitEnd(DIES_WITHIN), "death " + death);
                lived = Duration.ofNanos(System.nanoTime() - started);
                System.out.printf("A record that kills: process %d lived %,d ms%n", death, lived.toMillis());
                started = System.nanoTime();
                startThoughItMayDie();
            }
            assertTrue(lived.compareTo(TRIAL_AFTER) > 0, "it ran alone again after " + lived);
            traffic.run(A_WHILE);
            traffic.settle("a record killed " + (1 + DEATHS_ALONE) + " processes", ENDS_WITHIN);
        }
    }

    private void startThoughItMayDie() {
        try {
            pod.start();
        } catch (StackFailure diedBeforeItWasReady) {
            assertEquals(OptionalInt.of(KILLED), pod.awaitEnd(DIES_WITHIN), diedBeforeItWasReady.getMessage());
        }
    }
}
