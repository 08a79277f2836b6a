package dev.ballast.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// How far the approximate algorithms are off, told by the oracles, which the script was shown to equal. A request is
/// wrongly admitted where the window before it is full of admissions already, and wrongly rejected where it is not.
class AccuracyTest {
    private static final long LIMIT = 100;
    private static final long WINDOW = Duration.ofMinutes(1).toNanos() / 1_000;
    private static final int REQUESTS = 20_000;

    /// What was seen of one algorithm under one kind of traffic.
    private record Seen(double wronglyAdmitted, double wronglyRejected, long fullestWindow) {
        @Override
        public String toString() {
            return "admitted wrongly %5.2f %%, rejected wrongly %5.2f %%, fullest window %d of %d"
                    .formatted(wronglyAdmitted, wronglyRejected, fullestWindow, LIMIT);
        }
    }

    /// When the next request comes.
    private interface Traffic {
        long after(long now, SplittableRandom random);
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void admit_variousTraffic_errorsAreThoseDocumented(Algorithm algorithm) {
        Seen below = run(algorithm, (now, random) -> now + poisson(random, 0.9));
        Seen above = run(algorithm, (now, random) -> now + poisson(random, 1.5));
        Seen bursts = run(
                algorithm, (now, random) -> random.nextInt(300) > 0 ? now + 1_000 : now + random.nextLong(2 * WINDOW));
        Seen edges = run(algorithm, AccuracyTest::beforeAndAfterTheEdge);
        System.out.printf(
                "%s%n  at 0.9 of the limit: %s%n  at 1.5 of it:        %s%n  bursts:              %s%n  at window edges:     %s%n",
                algorithm, below, above, bursts, edges);
        for (Seen seen : List.of(below, above, bursts, edges)) {
            switch (algorithm) {
                case SLIDING_WINDOW_LOG -> {
                    assertEquals(0, seen.wronglyAdmitted);
                    assertEquals(0, seen.wronglyRejected);
                    assertTrue(seen.fullestWindow <= LIMIT);
                }
                case SLIDING_WINDOW_COUNTER, TOKEN_BUCKET -> assertTrue(seen.fullestWindow <= 2 * LIMIT);
            }
        }
    }

    private static long poisson(SplittableRandom random, double load) {
        return (long) (-Math.log(1 - random.nextDouble()) * WINDOW / LIMIT / load) + 1;
    }

    /// All at the end of one window, and again right after the begin of the next but one.
    private static long beforeAndAfterTheEdge(long now, SplittableRandom random) {
        long inWindow = now % WINDOW;
        if (inWindow < WINDOW / 100) {
            return now + 10;
        }
        return inWindow < WINDOW - WINDOW / 100 ? now + WINDOW - WINDOW / 100 - inWindow : now + 10_000;
    }

    private static Seen run(Algorithm algorithm, Traffic traffic) {
        Policy policy = new Policy("p", algorithm, LIMIT, Duration.ofMinutes(1), LIMIT, false, FailureMode.CLOSED, 0);
        Oracle oracle = Oracle.of(policy);
        SplittableRandom random = new SplittableRandom(11);
        List<Long> admissions = new ArrayList<>();
        int from = 0;
        long fullest = 0;
        int wronglyAdmitted = 0;
        int wronglyRejected = 0;
        long now = 1_790_000_000_000_000L;
        for (int i = 0; i < REQUESTS; i++) {
            now = traffic.after(now, random);
            while (from < admissions.size() && admissions.get(from) <= now - WINDOW) {
                from++;
            }
            boolean full = admissions.size() - from >= LIMIT;
            boolean admitted = oracle.admits(now, 1);
            if (admitted) {
                oracle.admit(now, 1);
                admissions.add(now);
                fullest = Math.max(fullest, admissions.size() - from);
            }
            wronglyAdmitted += admitted && full ? 1 : 0;
            wronglyRejected += !admitted && !full ? 1 : 0;
        }
        return new Seen(100.0 * wronglyAdmitted / REQUESTS, 100.0 * wronglyRejected / REQUESTS, fullest);
    }
}
