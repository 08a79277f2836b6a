package dev.ballast.ratelimit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongPredicate;

/// The algorithms as one would explain them, slow and without regard to how Redis stores anything: each only knows
/// how much of the limit is left at a moment, and all else is searched for by halving time.
abstract class Oracle {
    /// What the script is to say of a charge.
    record Answer(long remaining, long retry, long more, long full) {}

    static Oracle of(Policy policy) {
        return switch (policy.algorithm()) {
            case SLIDING_WINDOW_LOG -> new Log(policy.limit(), policy.windowMicros());
            case SLIDING_WINDOW_COUNTER -> new Counter(policy.limit(), policy.windowMicros());
            case TOKEN_BUCKET -> new Bucket(policy.burst(), policy.intervalMicros());
        };
    }

    /// How much of the limit is left at a time not before `now`, if nothing is charged from `now` on.
    abstract long remainingAt(long time, long now);

    abstract void admit(long now, long cost);

    abstract long capacity();

    /// A time from which on all of the limit is left.
    abstract long farAway(long now);

    boolean admits(long now, long cost) {
        return remainingAt(now, now) >= cost;
    }

    /// Charges if there is room.
    Answer charge(long now, long cost) {
        long retry = retry(now, cost);
        if (retry == 0) {
            admit(now, cost);
        }
        return answer(now, retry);
    }

    Answer answer(long now, long retry) {
        long remaining = remainingAt(now, now);
        boolean all = remaining == capacity();
        return new Answer(
                remaining,
                retry,
                all ? 0 : first(now, time -> remainingAt(time, now) > remaining) - now,
                all ? 0 : first(now, time -> remainingAt(time, now) == capacity()) - now);
    }

    long retry(long now, long cost) {
        if (admits(now, cost)) {
            return 0;
        }
        return cost > capacity() ? -1 : first(now, time -> remainingAt(time, now) >= cost) - now;
    }

    private long first(long now, LongPredicate holds) {
        long before = now;
        long after = farAway(now);
        while (after - before > 1) {
            long middle = before + (after - before) / 2;
            if (holds.test(middle)) {
                after = middle;
            } else {
                before = middle;
            }
        }
        return after;
    }

    private static final class Log extends Oracle {
        private final Deque<Long> admissions = new ArrayDeque<>();
        private final long limit;
        private final long window;

        Log(long limit, long window) {
            this.limit = limit;
            this.window = window;
        }

        private long notBefore(long time) {
            return admissions.isEmpty() ? time : Math.max(time, admissions.getLast());
        }

        @Override
        long remainingAt(long time, long now) {
            long since = notBefore(time) - window;
            return limit - admissions.stream().filter(at -> at > since).count();
        }

        @Override
        void admit(long now, long cost) {
            long at = notBefore(now);
            for (long i = 0; i < cost; i++) {
                admissions.addLast(at);
            }
            while (admissions.size() > limit) {
                admissions.removeFirst();
            }
        }

        @Override
        long capacity() {
            return limit;
        }

        @Override
        long farAway(long now) {
            return notBefore(now) + window;
        }
    }

    private static final class Counter extends Oracle {
        private final Map<Long, Long> counts = new HashMap<>();
        private final long limit;
        private final long window;
        private long latest;

        Counter(long limit, long window) {
            this.limit = limit;
            this.window = window;
        }

        /// A clock set back stands still at the start of the latest window counted in.
        private long notBefore(long time) {
            return Math.max(time, latest * window);
        }

        @Override
        long remainingAt(long time, long now) {
            long at = notBefore(time);
            long index = at / window;
            long covered = window - at % window;
            long weighted = Math.ceilDiv(Math.multiplyExact(counts.getOrDefault(index - 1, 0L), covered), window);
            return Math.max(0, limit - counts.getOrDefault(index, 0L) - weighted);
        }

        @Override
        void admit(long now, long cost) {
            latest = notBefore(now) / window;
            counts.merge(latest, cost, Long::sum);
            counts.keySet().removeIf(index -> index < latest - 1);
        }

        @Override
        long capacity() {
            return limit;
        }

        @Override
        long farAway(long now) {
            return (notBefore(now) / window + 2) * window;
        }
    }

    /// Told as a leaky bucket: microseconds of use that drain by one each microsecond.
    private static final class Bucket extends Oracle {
        private final long burst;
        private final long interval;
        private long level;
        private long asOf;

        Bucket(long burst, long interval) {
            this.burst = burst;
            this.interval = interval;
        }

        private long levelAt(long time, long now) {
            long full = burst * interval;
            long then = Math.min(full, Math.max(0, level - (now - asOf)));
            return Math.max(0, then - (time - now));
        }

        @Override
        long remainingAt(long time, long now) {
            return (burst * interval - levelAt(time, now)) / interval;
        }

        @Override
        void admit(long now, long cost) {
            level = levelAt(now, now) + cost * interval;
            asOf = now;
        }

        @Override
        long capacity() {
            return burst;
        }

        @Override
        long farAway(long now) {
            return now + burst * interval + 1;
        }
    }
}
