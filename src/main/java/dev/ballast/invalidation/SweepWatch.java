package dev.ballast.invalidation;

import java.time.Duration;
import java.time.InstantSource;

/// What of the sweep's course is worth a line in the log: that invalidations began to wait, that this pod leaves none
/// waiting any more, and once a minute that a sweep failed. Decides only. For one sweep at a time.
final class SweepWatch {
    private static final long PAUSE_MS = Duration.ofMinutes(1).toMillis();

    private final InstantSource clock;
    private boolean waiting;
    private long quietUntil = Long.MIN_VALUE;

    /// What a batch or a whole pass changed.
    enum Turn {
        NONE,
        /// The first that could not be delivered.
        BEGAN,
        /// A whole pass left none.
        CEASED
    }

    SweepWatch(InstantSource clock) {
        this.clock = clock;
    }

    /// This many of a batch could not be delivered.
    Turn left(int rows) {
        if (rows == 0 || waiting) {
            return Turn.NONE;
        }
        waiting = true;
        return Turn.BEGAN;
    }

    /// All that waits was tried once, and this much of it left.
    Turn passed(int rows) {
        if (rows > 0 || !waiting) {
            return Turn.NONE;
        }
        waiting = false;
        return Turn.CEASED;
    }

    /// Whether to say that a sweep failed.
    boolean maySpeakOfFailure() {
        long now = clock.millis();
        if (now < quietUntil) {
            return false;
        }
        quietUntil = now + PAUSE_MS;
        return true;
    }
}
