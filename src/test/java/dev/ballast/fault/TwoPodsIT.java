package dev.ballast.fault;

import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Two pods share the topic, and its partitions move between them while payments are on their way.
class TwoPodsIT {
    private static final Stack STACK = Stack.apart("payments");
    private static final Duration A_WHILE = Duration.ofMillis(1_500);
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(90);

    private Pod one;
    private Pod other;

    @BeforeEach
    void startPods() {
        one = STACK.pod("one").start();
        other = STACK.pod("other").start();
    }

    @AfterEach
    void endPods() {
        one.stop();
        other.stop();
        one.close();
        other.close();
    }

    @Test
    void podsStoppedAndStarted_partitionsMoveAndNothingIsLostOrAppliedTwice() throws Exception {
        try (PaymentTraffic traffic = traffic().start()) {
            for (Pod moving : new Pod[] {other, one}) {
                traffic.run(A_WHILE);
                Shares.awaitAmong(one, other);
                moving.stop();
                traffic.run(A_WHILE);
                Shares.awaitAmong(moving == one ? other : one);
                moving.start();
            }
            traffic.run(A_WHILE);
            Shares.awaitAmong(one, other);
            traffic.settle("two pods, each stopped and started in order", ENDS_WITHIN);
        }
    }

    @Test
    void podsKilledAndStarted_partitionsMoveAndNothingIsLostOrAppliedTwice() throws Exception {
        try (PaymentTraffic traffic = traffic().start()) {
            for (Pod moving : new Pod[] {other, one}) {
                traffic.run(A_WHILE);
                Shares.awaitAmong(one, other);
                moving.kill();
                traffic.run(A_WHILE);
                moving.start();
                traffic.awaitProgress();
            }
            traffic.run(A_WHILE);
            Shares.awaitAmong(one, other);
            traffic.settle("two pods, each killed and started", ENDS_WITHIN);
        }
    }

    /// To one and the other in turn; who does not answer is asked again, which then is the other.
    private PaymentTraffic traffic() throws Exception {
        AtomicInteger turn = new AtomicInteger();
        return new PaymentTraffic(STACK, () -> (turn.getAndIncrement() % 2 == 0 ? one : other).url());
    }
}
