package dev.ballast.fault;

import dev.ballast.fault.Subject.Written;
import dev.ballast.fault.VersionHistory.Judgement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/// What a check has seen so far. Written by the timeline, readable from every thread.
final class Tally {
    private static final int SHOWN = 5;

    private final AtomicLong answers = new AtomicLong();
    private final AtomicLong checked = new AtomicLong();
    private final AtomicLong binding = new AtomicLong();
    private final AtomicLong violations = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong deferred = new AtomicLong();
    private final AtomicLong unknown = new AtomicLong();
    private final AtomicLong warmUps = new AtomicLong();
    private final AtomicLong warmUpsRefused = new AtomicLong();
    private final Map<String, Long> hits = new ConcurrentSkipListMap<>();
    private final Map<String, Long> unanswered = new ConcurrentSkipListMap<>();
    private final List<String> examples = new ArrayList<>();
    private final List<String> stories = new ArrayList<>();
    private Duration worst = Duration.ZERO;

    /// @param tier that answered, as the pod says; empty where it does not
    void answered(int pod, String tier) {
        answers.incrementAndGet();
        int hit = tier.indexOf("; hit");
        if (hit > 0) {
            hits.merge("pod " + pod + " " + tier.substring(0, hit), 1L, Long::sum);
        }
    }

    void judged(Judgement judgement) {
        switch (judgement) {
            case Judgement.Allowed allowed -> {
                if (allowed.floor() > 0) {
                    binding.incrementAndGet();
                }
            }
            case Judgement.Stale stale -> {
                binding.incrementAndGet();
                violated(stale);
            }
        }
        checked.incrementAndGet();
    }

    void unanswered(String why) {
        unanswered.merge(why, 1L, Long::sum);
    }

    void written(Written written) {
        switch (written) {
            case Written.Acknowledged _ -> acknowledged.incrementAndGet();
            case Written.Deferred _ -> deferred.incrementAndGet();
            case Written.Unknown _ -> unknown.incrementAndGet();
        }
    }

    void warmedUp(boolean there) {
        (there ? warmUps : warmUpsRefused).incrementAndGet();
    }

    /// Versions judged; a bulk answer counts once per key.
    long checked() {
        return checked.get();
    }

    /// Those of them for which an acknowledged version was the limit.
    long binding() {
        return binding.get();
    }

    long violations() {
        return violations.get();
    }

    long acknowledged() {
        return acknowledged.get();
    }

    long deferred() {
        return deferred.get();
    }

    long warmUps() {
        return warmUps.get();
    }

    /// Single reads that `L1` or `L2` of a pod answered.
    long hits(int pod, String tier) {
        return hits.getOrDefault("pod " + pod + " " + tier, 0L);
    }

    /// How often each reason came for which a read had no answer.
    Map<String, Long> unanswered() {
        return unanswered;
    }

    /// Adds what helps to understand the rest.
    synchronized void tell(String story) {
        stories.add(story);
    }

    private synchronized void violated(Judgement.Stale stale) {
        violations.incrementAndGet();
        if (stale.overdue().compareTo(worst) > 0) {
            worst = stale.overdue();
        }
        if (examples.size() < SHOWN) {
            examples.add("key %d shows version %d, %d was due %d ms before"
                    .formatted(
                            stale.key(),
                            stale.version(),
                            stale.floor(),
                            stale.overdue().toMillis()));
        }
    }

    @Override
    public synchronized String toString() {
        String line =
                "%,d checked reads (%,d bound by an invalidation) in %,d answers, %,d violations; writes: %,d acknowledged, %,d deferred, %,d unknown; hits %s; unanswered %s"
                        .formatted(
                                checked.get(),
                                binding.get(),
                                answers.get(),
                                violations.get(),
                                acknowledged.get(),
                                deferred.get(),
                                unknown.get(),
                                hits,
                                unanswered);
        if (warmUps.get() + warmUpsRefused.get() > 0) {
            line += "; warm-ups: " + warmUps + (warmUps.get() == 0 ? " (NO SUCH CALL YET, not covered)" : "");
        }
        if (!examples.isEmpty()) {
            line += "; worst " + worst.toMillis() + " ms late; " + examples;
        }
        return stories.isEmpty() ? line : line + "\n  " + String.join("\n  ", stories);
    }
}
