package dev.ballast.degradation;

import dev.ballast.degradation.Signals.Source;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Something the service depends on, and how it is, by what is heard of it from real calls and from probes.
/// Safe for use from every thread; a signal costs an atomic increment or two, as does to watch a call, and a question a
/// volatile read.
public final class Dependency {
    /// How exactly the last answer's time is kept: far below any setting that it is held against.
    private static final long FRESH_ENOUGH = Duration.ofMillis(20).toNanos();

    private final String name;
    private final Numbers numbers;
    private final Hysteresis hysteresis;
    private final Signals signals = new Signals();
    private final LongSupplier nanoTime;
    private final BooleanSupplier heldUp;
    private final long warmAt;
    private final Runnable changed;
    private volatile Condition condition = Condition.WELL;
    private volatile boolean struck;
    private volatile boolean silent;
    private volatile long lastAnswer;
    private volatile @Nullable Probed lastProbe;
    private volatile Batch batch;
    // Those before it, oldest first, which belong to the one who ticks.
    private final Deque<Batch> batches = new ArrayDeque<>();
    private boolean paused;
    private final Map<String, BooleanSupplier> breakers = new ConcurrentSkipListMap<>();
    // These belong to this object's monitor.
    private long lastStrike;
    private Outcome lastStroke = Outcome.OK;
    private int strikes;
    private long nextWindow;
    /// @param minimumVolume real calls in a second below which the probes decide, while it is well
    /// @param slowAfter answers that took longer are slow
    /// @param lateAfter a call that takes longer is a sign of silence, although its caller may wait on
    /// @param silence how long there must have been no answer at all
    /// @param warmUp how long after the start no answer counts as slow or late
    record Numbers(int minimumVolume, Duration slowAfter, Duration lateAfter, Duration silence, Duration warmUp) {}

    /// @param heldUp whether slow and missing answers are this process' own doing at the moment
    /// @param changed is called at once, on any thread, when it was found silent
    Dependency(
            String name,
            Numbers numbers,
            Hysteresis.Numbers thresholds,
            LongSupplier nanoTime,
            BooleanSupplier heldUp,
            Runnable changed) {
        this.heldUp = heldUp;
        this.name = name;
        this.numbers = numbers;
        this.nanoTime = nanoTime;
        this.changed = changed;
        long now = nanoTime.getAsLong();
        this.hysteresis = new Hysteresis(thresholds, now);
        this.nextWindow = Signals.second(now);
        this.lastAnswer = now;
        this.warmAt = now + numbers.warmUp().toNanos();
        this.batch = new Batch();
    }

    /// As shown to operators, for example `redis`.
    public String name() {
        return name;
    }

    /// The time without an answer that is a sign of silence.
    public Duration lateAfter() {
        return numbers.lateAfter();
    }

    public Condition condition() {
        return condition;
    }

    /// Whether it is known that nobody answers: calling it would only cost the caller's time. Ends with the first
    /// sign of life, long before anybody calls it well again.
    public boolean isSilent() {
        return silent;
    }

    /// A real call has ended.
    ///
    /// @param begin when it began, by the clock of [System#nanoTime()]
    public void ended(Outcome outcome, long begin) {
        hear(Source.CALL, outcome, begin);
    }

    /// Watches a call: that it takes too long is noticed within two ticks, and its outcome when it ends. A call
    /// that its caller gives up says nothing.
    ///
    /// @param meaning of a failure for the dependency; null where it says nothing about it
    public <T extends @Nullable Object> Uni<T> watch(Uni<T> call, Function<Throwable, @Nullable Outcome> meaning) {
        return Uni.createFrom().deferred(() -> {
            long begin = nanoTime.getAsLong();
            AtomicInteger underWay = batch.underWay;
            underWay.incrementAndGet();
            return call.onTermination()
                    .invoke(() -> underWay.decrementAndGet())
                    .onItemOrFailure()
                    .invoke((item, failure) -> {
                        Outcome outcome = failure == null ? Outcome.OK : meaning.apply(failure);
                        if (outcome != null) {
                            ended(outcome, begin);
                        }
                    });
        });
    }

    /// Calls that began between two ticks, which are late together: a timer for each would cost more than many of
    /// them take. Which of them it is does not matter, and none is late before its time, as it runs from the end.
    private final class Batch {
        private final AtomicInteger underWay = new AtomicInteger();
        private final long opened = nanoTime.getAsLong();
        private long closed;
    }

    /// Looks for calls that are late. To be called every few milliseconds, by one thread at a time.
    void tick() {
        Batch closing = batch;
        batch = new Batch();
        long now = nanoTime.getAsLong(); // after the last call of the batch has begun
        // after a pause of this process an answer may be there that it has not read yet, and has by the next tick
        paused = !paused && now - closing.opened > numbers.silence().toNanos() / 4;
        while (!paused
                && !batches.isEmpty()
                && now - batches.getFirst().closed >= numbers.lateAfter().toNanos()) {
            Batch late = batches.removeFirst();
            if (late.underWay.get() > 0 && isWarm(now)) {
                strike(Outcome.TIMED_OUT, late.opened, now);
            }
        }
        if (struck && !silent && !paused && !heldUp.getAsBoolean()) {
            outlast(now);
        }
        closing.closed = now;
        batches.add(closing); // one that is empty too: a call may be about to join it
    }

    /// The first calls of a process take their time for reasons of its own, as do those of one that is held up.
    private boolean isWarm(long now) {
        return now - warmAt >= 0 && !heldUp.getAsBoolean();
    }

    /// A probe has ended.
    ///
    /// @param said for people: `up`, or how it failed
    void probed(Outcome outcome, long begin, String said) {
        lastProbe = new Probed(said, nanoTime.getAsLong(), begin);
        hear(Source.PROBE, outcome, begin);
    }

    private record Probed(String said, long ended, long begun) {}

    /// What a probe found.
    ///
    /// @param said `up`, or how it failed
    /// @param ago since it ended
    public record LastProbe(String said, Duration took, Duration ago) {}

    /// What the last probe found; null before the first.
    public @Nullable LastProbe lastProbe() {
        Probed last = lastProbe;
        return last == null
                ? null
                : new LastProbe(
                        last.said(),
                        Duration.ofNanos(last.ended() - last.begun()),
                        Duration.ofNanos(nanoTime.getAsLong() - last.ended()));
    }

    /// To be told of what keeps calls from being made while they would fail.
    ///
    /// @param calls which ones, for people
    public void guardedBy(String calls, BooleanSupplier isOpen) {
        breakers.put(calls, isOpen);
    }

    /// Which calls are stopped, by name: `open` where they are, else `closed`.
    public Map<String, String> breakers() {
        Map<String, String> states = new TreeMap<>();
        breakers.forEach((calls, isOpen) -> states.put(calls, isOpen.getAsBoolean() ? "open" : "closed"));
        return states;
    }

    private void hear(Source source, Outcome said, long begin) {
        long now = nanoTime.getAsLong();
        if (said == Outcome.TIMED_OUT && !isWarm(now)) {
            return;
        }
        boolean slow = said == Outcome.OK && now - begin > numbers.slowAfter().toNanos() && isWarm(now);
        Outcome outcome = slow ? Outcome.SLOW : said;
        signals.add(now, source, outcome, now - begin);
        if (outcome.isAnswer()) {
            if (now - lastAnswer > FRESH_ENOUGH) {
                lastAnswer = now; // seldom, as all threads share it
            }
            if (struck) {
                answered();
            }
        } else {
            strike(outcome, begin, now);
        }
    }

    private synchronized void answered() {
        strikes = 0;
        struck = false;
        silent = false;
    }

    /// Two in a row are two one after the other, not two at the same time: the second call began after the first
    /// had failed. And no answer came for a moment, which is longer than a pause of this process, and than that
    /// between two probes: two calls that wait for a lock say nothing where a probe is answered.
    private void strike(Outcome outcome, long begin, long now) {
        synchronized (this) {
            if (strikes > 0 && begin - lastStrike < 0) {
                return;
            }
            strikes++;
            lastStrike = now;
            struck = true;
            lastStroke = outcome;
        }
        outlast(now);
    }

    /// The second strike may come before the silence is long enough, and a third late, as breakers keep calls back.
    private void outlast(long now) {
        synchronized (this) {
            silent = strikes >= 2 && now - lastAnswer >= numbers.silence().toNanos();
            String how = lastStroke == Outcome.TIMED_OUT ? "timed out" : "refused";
            if (!silent || !hysteresis.silent(strikes + " in a row, the last one " + how, now)) {
                return;
            }
            condition = hysteresis.condition();
        }
        changed.run();
    }

    /// Looks at the seconds that have ended since it was last called. To be called a few times a second.
    void advance() {
        synchronized (this) {
            long now = nanoTime.getAsLong();
            long present = Signals.second(now);
            nextWindow = Math.max(nextWindow, present - Signals.CLOSED);
            for (; nextWindow < present; nextWindow++) {
                // Told apart from one another, although one look may find several: the caller was held up.
                if (hysteresis.closed(in(nextWindow), now)) {
                    condition = hysteresis.condition();
                }
            }
        }
    }

    private Counts in(long second) {
        Counts calls = signals.in(second, Source.CALL);
        Counts probes = signals.in(second, Source.PROBE);
        // what calls found wrong must not come back because probes do not see it
        long enough = condition == Condition.WELL ? numbers.minimumVolume() : 1;
        return calls.total() < enough && probes.total() > 0 ? probes : calls.plus(probes);
    }

    /// Why it is as it is, for people.
    public synchronized String rule() {
        return hysteresis.rule();
    }

    /// How long it must still stay as it is before it may get better.
    public synchronized Duration stayLeft() {
        return Duration.ofNanos(hysteresis.stayLeft(nanoTime.getAsLong()));
    }

    /// What real calls found in the last ten seconds.
    public Counts calls() {
        return signals.lately(nanoTime.getAsLong(), Source.CALL);
    }

    /// What probes found in the last ten seconds.
    public Counts probes() {
        return signals.lately(nanoTime.getAsLong(), Source.PROBE);
    }
}
