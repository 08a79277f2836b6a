package dev.ballast.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// How long each of several questions, one after the other, waited for its answer. For every thread.
final class Pauses {
    private final long notableNanos;
    private final List<Pause> notable = new ArrayList<>();
    private boolean asking;
    private long begun;
    private long longest;

    private record Pause(long from, long until) {}

    /// @param notable from which on a pause is remembered
    Pauses(Duration notable) {
        this.notableNanos = notable.toNanos();
    }

    /// A question is asked. One that was not answered goes on.
    synchronized void begin(long now) {
        if (!asking) {
            asking = true;
            begun = now;
        }
    }

    synchronized void end(long now) {
        asking = false;
        longest = Math.max(longest, now - begun);
        if (now - begun >= notableNanos) {
            notable.add(new Pause(begun, now));
        }
    }

    /// Whether a notable pause, or a notable part of one, was within this time; one that is under way counts until now.
    synchronized boolean isAnyWithin(long from, long now) {
        return asking && isNotable(begun, now, from)
                || notable.stream().anyMatch(pause -> isNotable(pause.from, pause.until, from));
    }

    private boolean isNotable(long begin, long until, long from) {
        return until - begin >= notableNanos && until - from >= notableNanos;
    }

    /// The longest that has ended, in nanoseconds.
    synchronized long longest() {
        return longest;
    }
}
