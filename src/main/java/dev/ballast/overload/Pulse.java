package dev.ballast.overload;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/// Feels how late the event loops are: a task is put to the end of each one's queue, again and again, and the time
/// until it runs is what requests wait for there. Confined to one thread, but for the tasks.
final class Pulse {
    private final LongSupplier nanoTime;
    private final List<Beat> beats = new ArrayList<>();

    Pulse(Iterable<? extends Executor> loops, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        loops.forEach(loop -> beats.add(new Beat(loop)));
    }

    /// How late the latest of the event loops is, in nanoseconds.
    ///
    /// @param most at the most since the look before: a pause of the process is enough to make it late
    /// @param standing at the least since the look before: a queue that never empties (the measure of CoDel,
    ///     RFC 8289)
    record Lateness(long most, long standing) {}

    /// Feels each loop that is not being felt still. Many times for each look.
    void feel() {
        long now = nanoTime.getAsLong();
        beats.forEach(beat -> beat.feel(now));
    }

    /// What was felt since the look before.
    Lateness look() {
        long now = nanoTime.getAsLong();
        long most = 0;
        long standing = 0;
        for (Beat beat : beats) {
            beat.count();
            most = Math.max(most, Math.max(beat.most, beat.waitsFor(now)));
            standing = Math.max(standing, beat.standing(now));
            beat.forget();
        }
        return new Lateness(most, standing);
    }

    private final class Beat implements Runnable {
        private static final long NOTHING = Long.MAX_VALUE;

        private final Executor loop;
        private long least = NOTHING;
        private long most;
        private boolean counted = true;
        private volatile long asked;
        private volatile long took;
        private volatile boolean waiting;

        Beat(Executor loop) {
            this.loop = loop;
        }

        private void feel(long now) {
            if (waiting) {
                return;
            }
            count();
            asked = now;
            counted = false;
            waiting = true;
            loop.execute(this);
        }

        private void count() {
            if (!waiting && !counted) {
                least = Math.min(least, took);
                most = Math.max(most, took);
                counted = true;
            }
        }

        private long waitsFor(long now) {
            return waiting ? now - asked : 0;
        }

        /// Of one that did not even come to it since the look before: as long as that takes by now.
        private long standing(long now) {
            return least == NOTHING ? waitsFor(now) : least;
        }

        private void forget() {
            least = NOTHING;
            most = 0;
        }

        @Override
        public void run() {
            took = nanoTime.getAsLong() - asked;
            waiting = false;
        }
    }
}
