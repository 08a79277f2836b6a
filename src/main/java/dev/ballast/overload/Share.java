package dev.ballast.overload;

import java.time.Duration;

/// The share of requests that is let in, by how late the event loops are: a part of it at every look that finds them
/// too late, a little more at every other one, as TCP finds its rate. While all are let in, a few late looks in a
/// row are a pause or a burst and what it left to do; only more of them are too much to do. While not all are, and
/// for a while after, each one is, as CoDel comes back to dropping sooner than it began to (RFC 8289). Confined to
/// the one who looks; the share may be read from every thread.
final class Share {
    private final double least;
    private final long limit;
    private final double backoff;
    private final double step;
    private final int patience;
    private final Duration wary;
    private final Duration pace;
    private int lateInARow;
    private Duration timely;
    private volatile double value = 1;

    /// @param limit how late event loops may be
    /// @param least what is let in whatever happens
    /// @param patience looks in a row that find them too late until not all are let in any more
    Share(Duration limit, double least, int patience, OverloadSettings settings) {
        this.limit = limit.toNanos();
        this.least = least;
        this.backoff = settings.backoff();
        this.step = settings.step();
        this.patience = patience;
        this.wary = settings.calmAfter();
        this.pace = settings.lookEvery();
        this.timely = wary;
    }

    void look(long lateNanos) {
        if (lateNanos <= limit) {
            lateInARow = 0;
            value = Math.min(1, value + step);
            timely = value < 1 ? Duration.ZERO : timely.plus(pace);
        } else if (++lateInARow >= patience || timely.compareTo(wary) < 0) {
            value = value * backoff < step ? least : Math.max(least, value * backoff);
            timely = Duration.ZERO;
        }
    }

    /// From 0 to 1.
    double value() {
        return value;
    }
}
