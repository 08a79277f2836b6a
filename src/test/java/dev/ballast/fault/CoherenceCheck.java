package dev.ballast.fault;

import dev.ballast.fault.Subject.Seen;
import dev.ballast.fault.Subject.Written;
import dev.ballast.fault.VersionHistory.Judgement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/// Writers and readers in closed loops on all pods at once; every answer is judged by the [VersionHistory].
///
/// Reads are spread evenly over few keys, so that most are hot. Writes are not: some keys change many times a
/// second, so that invalidations meet fills, others every few seconds, so that a value that has wrongly survived has
/// time to be seen. All of it runs as tasks of one timeline, so that nothing needs a lock.
final class CoherenceCheck {
    private static final Duration AFTER_FAILURE = Duration.ofMillis(20);

    private final Timeline time;
    private final Subject subject;
    private final Plan plan;
    private final RandomGenerator random;
    private final VersionHistory history;
    private final Tally tally = new Tally();
    private final Trail trail = new Trail();
    private boolean reading;
    private boolean writing;
    private volatile int busy;
    private volatile int writers;

    /// @param keys the users to write and read
    /// @param staleness D of the contract
    /// @param writePause between a writer's answer and its next write
    /// @param bulkShare of reads that are for several keys at once, 0 to 1
    /// @param warmUps loops per pod that warm up without end
    record Plan(
            List<Long> keys,
            Duration staleness,
            int readersPerPod,
            int writersPerPod,
            Duration writePause,
            double bulkShare,
            int warmUps) {
        static Plan of(List<Long> keys) {
            return new Plan(keys, Duration.ofSeconds(1), 8, 2, Duration.ofMillis(100), 0.05, 0);
        }

        Plan bulk(double share, int warmUpLoops) {
            return new Plan(keys, staleness, readersPerPod, writersPerPod, writePause, share, warmUpLoops);
        }
    }

    CoherenceCheck(Timeline time, Subject subject, Plan plan, RandomGenerator random) {
        this.time = time;
        this.subject = subject;
        this.plan = plan;
        this.random = random;
        this.history = new VersionHistory(plan.staleness);
    }

    /// Begins; to be called as a task of the timeline, as all methods but the three that only look.
    void start() {
        reading = true;
        writing = true;
        for (int pod = 0; pod < subject.pods(); pod++) {
            int at = pod;
            loop(plan.readersPerPod, () -> read(at));
            writers += plan.writersPerPod;
            loop(plan.writersPerPod, () -> write(at));
            loop(plan.warmUps, () -> warmUp(at));
        }
    }

    /// Lets the writers run out; readers go on.
    void stopWriting() {
        writing = false;
    }

    /// Nothing waits for delivery any more, so these versions count as acknowledged now: those of deferred writes and
    /// of writes whose answer was lost as well.
    void delivered(Map<Long, Long> versions) {
        versions.forEach((key, version) -> {
            history.acknowledged(key, version, time.nanos());
            trail.delivered(key, version, time.nanos());
        });
    }

    void stop() {
        writing = false;
        reading = false;
    }

    /// Whether the writers have run out.
    boolean hasWritten() {
        return writers == 0;
    }

    boolean isIdle() {
        return busy == 0;
    }

    Tally tally() {
        return tally;
    }

    /// Of the first keys that were seen stale, all that led to it, and the first failures.
    List<String> stories() {
        return trail.stories();
    }

    private void loop(int times, Runnable step) {
        for (int i = 0; i < times; i++) {
            busy++;
            step.run();
        }
    }

    private void read(int pod) {
        if (!reading) {
            busy--;
            return;
        }
        List<Long> keys = random.nextDouble() < plan.bulkShare ? several() : List.of(any());
        long start = time.nanos();
        subject.read(pod, keys, seen -> {
            switch (seen) {
                case Seen.Versions versions -> {
                    judge(pod, keys, versions, start);
                    read(pod);
                }
                case Seen.Nothing nothing -> {
                    tally.unanswered(nothing.why());
                    if (nothing.why().startsWith("5")) {
                        trail.failed(pod, keys, nothing.why(), start, time.nanos());
                    }
                    time.after(AFTER_FAILURE, () -> read(pod));
                }
            }
        });
    }

    private void judge(int pod, List<Long> keys, Seen.Versions seen, long start) {
        tally.answered(pod, seen.tier());
        for (long key : keys) {
            long version = seen.byKey().getOrDefault(key, 0L);
            trail.read(pod, key, version, seen.tier(), start);
            Judgement judgement = history.judge(key, version, start);
            if (judgement instanceof Judgement.Stale) {
                trail.stale(key, start);
            }
            tally.judged(judgement);
        }
    }

    private void write(int pod) {
        if (!writing) {
            writers--;
            busy--;
            return;
        }
        // the cube makes the first keys hot and the last ones quiet
        double drawn = random.nextDouble();
        long key = plan.keys.get((int) (plan.keys.size() * drawn * drawn * drawn));
        subject.write(pod, key, written -> {
            trail.written(pod, key, written, time.nanos());
            switch (written) {
                case Written.Acknowledged done -> history.acknowledged(key, done.version(), time.nanos());
                case Written.Deferred _, Written.Unknown _ -> {} // binds nobody before its delivery
            }
            tally.written(written);
            time.after(plan.writePause, () -> write(pod));
        });
    }

    private void warmUp(int pod) {
        if (!reading) {
            busy--;
            return;
        }
        subject.warmUp(pod, several(), there -> {
            tally.warmedUp(there);
            time.after(there ? AFTER_FAILURE : plan.staleness, () -> warmUp(pod));
        });
    }

    private long any() {
        return plan.keys.get(random.nextInt(plan.keys.size()));
    }

    private List<Long> several() {
        Set<Long> drawn = new LinkedHashSet<>();
        for (int i = 0; i < 8; i++) {
            drawn.add(any());
        }
        return new ArrayList<>(drawn);
    }
}
