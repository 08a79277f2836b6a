package dev.ballast.overload;

import java.time.Duration;

/// The share of requests that is let in, by how late the event loops are: halved at every look that finds them
/// too late, a little more at every other one, as TCP finds its rate. One late look is a pause, two in a row are
/// too much to do. Confined to the one who looks; the share may be read from every thread.
final class Share {
    private static final double BACKOFF = 0.5;
    private static final double STEP = 0.05;

    private final double least;
    private final long limit;
    private boolean wasLate;
    private volatile double value = 1;

    /// @param limit how late event loops may be
    /// @param least what is let in whatever happens
    Share(Duration limit, double least) {
        this.limit = limit.toNanos();
        this.least = least;
    }

    void look(long lateNanos) {
        boolean late = lateNanos > limit;
        if (!late) {
            value = Math.min(1, value + STEP);
        } else if (wasLate) {
            value = value * BACKOFF < STEP ? least : Math.max(least, value * BACKOFF);
        }
        wasLate = late;
    }

    /// From 0 to 1.
    double value() {
        return value;
    }
}
