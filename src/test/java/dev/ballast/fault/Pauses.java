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

    /// The longest notable pause of which a part was after `from`, in nanoseconds; 0 where there was none. One that is
    /// under way counts as long as it took until now.
    synchronized long longestSince(long from, long now) {
        long found = asking && now - begun >= notableNanos ? now - begun : 0;
        for (Pause pause : notable) {
            if (pause.until - from > 0) {
                found = Math.max(found, pause.until - pause.from);
            }
        }
        return found;
    }

    /// The longest that has ended, in nanoseconds.
    synchronized long longest() {
        return longest;
    }
}
