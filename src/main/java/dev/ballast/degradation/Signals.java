package dev.ballast.degradation;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// What was heard of a dependency lately: a ring of buckets, one per second, the present one and ten closed ones.
/// Real calls and probes are counted apart, as the probes decide only where there are few calls.
///
/// Safe for use from every thread. A signal that comes while its bucket is turned over may be counted a second
/// late or not at all, which no threshold notices.
final class Signals {
    /// No setting: it is what operators are shown; what decides looks at single seconds.
    static final int CLOSED = 10;
    private static final int SIZE = CLOSED + 1;

    private final Bucket[] ring = new Bucket[SIZE];

    Signals() {
        for (int i = 0; i < SIZE; i++) {
            ring[i] = new Bucket();
        }
    }

    /// The second that a moment lies in.
    static long second(long nanoTime) {
        return Math.floorDiv(nanoTime, TimeUnit.SECONDS.toNanos(1));
    }

    /// @param nanos how long the answer took
    void add(long nanoTime, Source source, Outcome outcome, long nanos) {
        of(second(nanoTime)).of(source).add(outcome, nanos);
    }

    /// What was heard in that second; nothing, where it is too long ago.
    Counts in(long second, Source source) {
        Bucket bucket = ring[Math.floorMod(second, SIZE)];
        return bucket.second == second ? bucket.of(source).counts() : Counts.NONE;
    }

    /// What was heard in the present second and the ten before it.
    Counts lately(long nanoTime, Source source) {
        long now = second(nanoTime);
        Counts sum = Counts.NONE;
        for (long second = now - CLOSED; second <= now; second++) {
            sum = sum.plus(in(second, source));
        }
        return sum;
    }

    private Bucket of(long second) {
        Bucket bucket = ring[Math.floorMod(second, SIZE)];
        if (bucket.second != second) {
            bucket.turnOver(second);
        }
        return bucket;
    }

    /// Who called.
    enum Source {
        CALL,
        PROBE
    }

    private static final class Bucket {
        private final Sums calls = new Sums();
        private final Sums probes = new Sums();
        private volatile long second = Long.MIN_VALUE;

        private synchronized void turnOver(long to) {
            if (second < to) {
                calls.clear();
                probes.clear();
                second = to;
            }
        }

        private Sums of(Source source) {
            return source == Source.CALL ? calls : probes;
        }
    }

    private static final class Sums {
        private final AtomicLong ok = new AtomicLong();
        private final AtomicLong slow = new AtomicLong();
        private final AtomicLong failed = new AtomicLong();
        private final AtomicLong timedOut = new AtomicLong();
        private final AtomicLong rejected = new AtomicLong();
        private final AtomicLong nanos = new AtomicLong();

        private void add(Outcome outcome, long took) {
            of(outcome).incrementAndGet();
            if (outcome.isAnswer()) {
                nanos.addAndGet(took);
            }
        }

        private AtomicLong of(Outcome outcome) {
            return switch (outcome) {
                case OK -> ok;
                case SLOW -> slow;
                case FAILED -> failed;
                case TIMED_OUT -> timedOut;
                case REJECTED -> rejected;
            };
        }

        private void clear() {
            for (AtomicLong sum : List.of(ok, slow, failed, timedOut, rejected, nanos)) {
                sum.set(0);
            }
        }

        private Counts counts() {
            return new Counts(ok.get(), slow.get(), failed.get(), timedOut.get(), rejected.get(), nanos.get());
        }
    }
}
