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
    /// @param mean on average since the look before: what a request, which meets the event loop again and again,
    ///     waits each time
    /// @param least since the look before: a queue that never empties (the measure of CoDel, RFC 8289)
    record Lateness(long most, long mean, long least) {}

    /// Feels each loop that is not being felt still. Many times for each look.
    void feel() {
        long now = nanoTime.getAsLong();
        beats.forEach(beat -> beat.feel(now));
    }

    /// What was felt since the look before.
    Lateness look() {
        long now = nanoTime.getAsLong();
        long most = 0;
        long mean = 0;
        long least = 0;
        for (Beat beat : beats) {
            beat.count();
            long waitsFor = beat.waitsFor(now);
            most = Math.max(most, Math.max(beat.most, waitsFor));
            // one that did not even come to it since the look before is as late as that takes by now
            mean = Math.max(mean, beat.felt == 0 ? waitsFor : beat.sum / beat.felt);
            least = Math.max(least, beat.felt == 0 ? waitsFor : beat.least);
            beat.forget();
        }
        return new Lateness(most, mean, least);
    }

    private final class Beat implements Runnable {
        private final Executor loop;
        private int felt;
        private long sum;
        private long least = Long.MAX_VALUE;
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
                felt++;
                sum += took;
                least = Math.min(least, took);
                most = Math.max(most, took);
                counted = true;
            }
        }

        private long waitsFor(long now) {
            return waiting ? now - asked : 0;
        }

        private void forget() {
            felt = 0;
            sum = 0;
            least = Long.MAX_VALUE;
            most = 0;
        }

        @Override
        public void run() {
            took = nanoTime.getAsLong() - asked;
            waiting = false;
        }
    }
}
