package dev.ballast.overload;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;

/// A pod of one event loop that serves its queue in order, in simulated time: optional requests come to the loop twice,
/// the others ten times, as a payment does, each waiting behind all that is there. All cost the same in sum; one
/// that is turned away costs a twentieth. They come at random.
final class Simulation implements AutoCloseable {
    /// Requests a second.
    static final int CAPACITY = 2_000;

    private static final long MS = 1_000_000;
    private static final long COST = 1_000 * MS / CAPACITY;

    private final Random random = new Random(7);
    private final Queue<Task> queue = new ArrayDeque<>();
    private final Pulse pulse = new Pulse(List.of(task -> this.queue.add(new Task(0, task))), () -> this.now);
    private final Load load = new Load(
            LoadFixture.settings(Map.of()),
            _ -> {},
            (_, _) -> {},
            pulse::look,
            pulse::feel,
            () -> this.now,
            random::nextDouble,
            new SimpleMeterRegistry());
    private final Kind essential = new Kind(false, 10);
    private final Kind optional = new Kind(true, 2);
    private long now;
    private long ms;
    private long free;
    private int slower = 1;

    private record Task(long cost, Runnable work) {}

    private final class Kind {
        private final boolean isOptional;
        private final int hops;
        private final List<Long> latencies = new ArrayList<>();
        private double perMs;
        private int letIn;
        private int turnedAway;

        Kind(boolean isOptional, int hops) {
            this.isOptional = isOptional;
            this.hops = hops;
        }

        private void arrive() {
            if (load.enter(isOptional)) {
                letIn++;
                hop(now, hops);
            } else {
                turnedAway++;
                queue.add(new Task(COST / 20, () -> {}));
            }
        }

        private void hop(long began, int left) {
            queue.add(new Task(COST / hops, () -> {
                if (left > 1) {
                    hop(began, left - 1);
                } else {
                    latencies.add(now - began);
                    load.leave(isOptional);
                }
            }));
        }
    }

    /// From now on, in parts of the capacity.
    void offer(boolean isOptional, double ofCapacity) {
        kind(isOptional).perMs = ofCapacity * CAPACITY / 1_000;
    }

    /// From now on all takes this many times as long.
    void slower(int times) {
        slower = times;
    }

    void run(Duration time) {
        for (long end = ms + time.toMillis(); ms < end; ms++) {
            now = ms * MS;
            arrivals();
            if (ms % 10 == 0) {
                pulse.feel();
            }
            if (ms % 100 == 0) {
                load.look();
            }
            work();
        }
    }

    /// The whole process stands still, as for a collection of garbage; callers do not, and are met after it. So is what
    /// the timer should have done, once.
    void pause(Duration time) {
        long end = ms + time.toMillis();
        free = Math.max(free, end * MS);
        int missed = 0;
        for (; ms < end; ms++) {
            missed += ms % 100 == 0 ? 1 : 0;
        }
        now = ms * MS;
        for (long i = 0; i < time.toMillis(); i++) {
            arrivals();
        }
        pulse.feel();
        if (missed > 0) {
            load.look();
        }
    }

    void burst(boolean isOptional, int requests) {
        for (int i = 0; i < requests; i++) {
            kind(isOptional).arrive();
        }
    }

    private void arrivals() {
        for (Kind kind : List.of(essential, optional)) {
            // Knuth's way to draw from a Poisson distribution
            double limit = Math.exp(-kind.perMs);
            for (double p = random.nextDouble(); p > limit; p *= random.nextDouble()) {
                kind.arrive();
            }
        }
    }

    private void work() {
        long until = (ms + 1) * MS;
        while (!queue.isEmpty() && Math.max(free, now) < until) {
            Task task = queue.remove();
            now = Math.max(free, now);
            free = now + task.cost * slower;
            task.work.run();
        }
    }

    int letIn(boolean isOptional) {
        return kind(isOptional).letIn;
    }

    int turnedAway(boolean isOptional) {
        return kind(isOptional).turnedAway;
    }

    Duration latency(boolean isOptional, double quantile) {
        long[] sorted = kind(isOptional).latencies.stream()
                .mapToLong(Long::longValue)
                .sorted()
                .toArray();
        return Duration.ofNanos(sorted[(int) (quantile * (sorted.length - 1))]);
    }

    private Kind kind(boolean isOptional) {
        return isOptional ? optional : essential;
    }

    @Override
    public void close() {
        load.close();
    }
}
