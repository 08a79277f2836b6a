package dev.ballast.fault;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/// Time that passes only as fast as tasks take their turns: a minute of it costs milliseconds.
final class SimulatedTime implements Timeline {
    private final PriorityQueue<Due> queue =
            new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::order));
    private long now;
    private long order;

    private record Due(long at, long order, Runnable task) {}

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public void after(Duration pause, Runnable task) {
        queue.add(new Due(now + pause.toNanos(), order++, task));
    }

    void run(Duration forThis) {
        long end = now + forThis.toNanos();
        while (!queue.isEmpty() && queue.peek().at <= end) {
            Due next = queue.remove();
            now = next.at;
            next.task.run();
        }
        now = end;
    }
}
