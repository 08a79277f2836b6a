package dev.ballast.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LocalLimiterTest {
    private final AtomicLong nanos = new AtomicLong();
    private final LocalLimiter limiter = new LocalLimiter(nanos::get);

    @Test
    void check_admitsThisPodsShareAndGoesOnAtItsRate() {
        Charge charge = charge("a", 100);
        assertEquals(25, admitted(50, 4, charge));
        nanos.addAndGet(Duration.ofMillis(2_399).toNanos());
        assertEquals(0, admitted(1, 4, charge));
        nanos.addAndGet(Duration.ofMillis(1).toNanos());
        assertEquals(1, admitted(2, 4, charge));
    }

    @Test
    void check_morePodsThanTheLimit_oneEach() {
        assertEquals(1, admitted(5, 8, charge("a", 3)));
    }

    @Test
    void check_oneRejects_theOtherIsNotCharged() {
        Charge narrow = charge("narrow", 1);
        Charge wide = charge("wide", 2);
        assertEquals(1, admitted(3, 1, narrow, wide));
        assertEquals(1, admitted(3, 1, wide));
    }

    @Test
    void check_rejected_saysWhenToTryAgain() {
        Charge charge = charge("a", 60);
        admitted(60, 1, charge);
        Standing standing = limiter.check(List.of(charge), 1).getFirst();
        assertEquals(Duration.ofSeconds(1), standing.retryAfter());
    }

    @Test
    void check_costBeyondTheShare_admittedAtTheRateOfTheShare() {
        Charge dear = new Charge(charge("a", 8).policy(), "", "x", 5);
        assertEquals(1, admitted(3, 2, dear));
        nanos.addAndGet(Duration.ofSeconds(75).toNanos() - 1);
        assertEquals(0, admitted(1, 2, dear));
        nanos.addAndGet(1);
        assertEquals(1, admitted(3, 2, dear));
    }

    @Test
    void forget_beginsAnew() {
        Charge charge = charge("a", 1);
        admitted(1, 1, charge);
        limiter.forget(LimitKeys.of(charge));
        assertEquals(1, admitted(2, 1, charge));
    }

    private int admitted(int times, int pods, Charge... charges) {
        int admitted = 0;
        for (int i = 0; i < times; i++) {
            admitted += limiter.check(List.of(charges), pods).isEmpty() ? 1 : 0;
        }
        return admitted;
    }

    private static Charge charge(String name, long limit) {
        Policy policy = new Policy(
                name, Algorithm.SLIDING_WINDOW_LOG, limit, Duration.ofMinutes(1), limit, false, FailureMode.LOCAL, 0);
        return new Charge(policy, "", "x", 1);
    }
}
