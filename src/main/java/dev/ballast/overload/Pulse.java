package dev.ballast.overload;

import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/// Feels how late the event loops are: a task is put to the end of each one's queue, and the time until it runs
/// is what requests wait for there. Confined to one thread, but for the tasks.
final class Pulse {
    private final LongSupplier nanoTime;
    private final List<Beat> beats = new ArrayList<>();

    Pulse(Iterable<EventExecutor> loops, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        loops.forEach(loop -> beats.add(new Beat(loop)));
    }

    /// How late the latest of them is, in nanoseconds; and asks anew.
    long feel() {
        long now = nanoTime.getAsLong();
        long latest = 0;
        for (Beat beat : beats) {
            latest = Math.max(latest, beat.late(now));
        }
        return latest;
    }

    private final class Beat implements Runnable {
        private final EventExecutor loop;
        private volatile long asked;
        private volatile long took;
        private volatile boolean waiting;

        Beat(EventExecutor loop) {
            this.loop = loop;
        }

        private long late(long now) {
            if (waiting) {
                return now - asked; // it has not even come to this
            }
            long last = took;
            asked = now;
            waiting = true;
            loop.execute(this);
            return last;
        }

        @Override
        public void run() {
            took = nanoTime.getAsLong() - asked;
            waiting = false;
        }
    }
}
