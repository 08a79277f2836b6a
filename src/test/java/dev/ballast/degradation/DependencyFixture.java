package dev.ballast.degradation;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;

/// A dependency on a clock that the test turns.
public final class DependencyFixture {
    static final Hysteresis.Numbers THRESHOLDS = new Hysteresis.Numbers(
            0.9, 0.1, 2, 0.98, 3, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofSeconds(60));
    static final Dependency.Numbers NUMBERS = new Dependency.Numbers(
            5, Duration.ofMillis(200), Duration.ofMillis(400), Duration.ofMillis(600), Duration.ZERO);

    final AtomicLong nanos = new AtomicLong(Duration.ofSeconds(-7).toNanos()); // as System.nanoTime may be
    final AtomicBoolean heldUp = new AtomicBoolean();
    final AtomicInteger notices = new AtomicInteger();
    final Dependency dependency;

    DependencyFixture() {
        this(Duration.ZERO);
    }

    /// @param warmUp of a process that has just started
    DependencyFixture(Duration warmUp) {
        Dependency.Numbers numbers = new Dependency.Numbers(
                NUMBERS.minimumVolume(), NUMBERS.slowAfter(), NUMBERS.lateAfter(), NUMBERS.silence(), warmUp);
        dependency = new Dependency("test", numbers, THRESHOLDS, nanos::get, heldUp::get, notices::incrementAndGet);
    }

    /// One on the real clock, for rooms that report to it.
    public static Dependency dependencyOfATest() {
        return new Dependency("test", NUMBERS, THRESHOLDS, System::nanoTime, () -> false, () -> {});
    }

    void wait(Duration duration) {
        nanos.addAndGet(duration.toNanos());
    }

    /// As the timer of a pod does, every 20 ms.
    void tick() {
        wait(Duration.ofMillis(20));
        dependency.tick();
    }

    void calls(Outcome outcome, int times) {
        for (int i = 0; i < times; i++) {
            dependency.ended(outcome, nanos.get());
        }
    }

    void probes(Outcome outcome, int times) {
        for (int i = 0; i < times; i++) {
            dependency.probed(outcome, nanos.get(), outcome.name());
        }
    }

    void endSecond() {
        nanos.set((Signals.second(nanos.get()) + 1) * Duration.ofSeconds(1).toNanos());
        dependency.advance();
    }

    /// Twenty calls and the end of the second.
    Condition second(char kind) {
        switch (kind) {
            case '.' -> calls(Outcome.OK, 20);
            case 'x' -> calls(Outcome.FAILED, 20);
            case '~' -> calls(Outcome.SLOW, 20);
            case 'h' -> {
                calls(Outcome.FAILED, 10);
                calls(Outcome.OK, 10);
            }
            case 'o' -> {
                calls(Outcome.FAILED, 1);
                calls(Outcome.OK, 19);
            }
            case '!' -> {
                calls(Outcome.REJECTED, 10);
                wait(Duration.ofMillis(650));
                calls(Outcome.REJECTED, 10);
            }
            case '_' -> {}
            default -> throw new IllegalArgumentException("" + kind);
        }
        endSecond();
        return dependency.condition();
    }

    void seconds(char kind, int times) {
        for (int i = 0; i < times; i++) {
            second(kind);
        }
    }

    /// Lets good seconds pass until it is so.
    long secondsUntil(Condition wanted) {
        long passed = 0;
        for (; dependency.condition() != wanted && passed < 1_000; passed++) {
            second('.');
        }
        return passed;
    }

    int changesIn(int seconds, IntFunction<Character> kind) {
        int changes = 0;
        for (int i = 0; i < seconds; i++) {
            Condition before = dependency.condition();
            changes += second(kind.apply(i)) == before ? 0 : 1;
        }
        return changes;
    }
}
