package dev.ballast.overload;

import dev.ballast.degradation.Level;

/// Whether there is too much to do for longer than a burst takes, and what features that are given up first come to
/// meanwhile: fast down, careful up, as with dependencies. They come back one level at a time, each after a calm time
/// that is far longer after a relapse, so that a load that is too much for whole features and not for their least does
/// not drag the levels along.
///
/// Plain arithmetic; time comes with each call, in nanoseconds of any origin. Confined to one thread.
final class Overload {
    private final OverloadSettings settings;
    private Level atBest = Level.NORMAL;
    private long since;
    private long calmSince;
    private long busySince;
    private long stay;

    Overload(OverloadSettings settings, long now) {
        this.settings = settings;
        this.since = now - settings.relapseWithin().toNanos();
        this.calmSince = now;
        this.busySince = now;
    }

    /// The level of those features, if nothing else is missing.
    Level atBest() {
        return atBest;
    }

    /// One burst is worked off before all are let in again, seconds later: only who is late again by then has too much
    /// to do all the time.
    ///
    /// @param strained whether event loops are too late, or there was no room for somebody
    /// @param sheds whether somebody was or will be turned away, for that or for what was before
    /// @return whether the level changed
    boolean look(boolean strained, boolean sheds, long now) {
        if (sheds) {
            calmSince = now;
        } else if (!strained) {
            busySince = now;
        }
        boolean lasts = now - busySince >= settings.pressedAfter().toNanos();
        if (strained && lasts && atBest != Level.MINIMAL) {
            boolean relapse = atBest == Level.DEGRADED
                    || now - since < settings.relapseWithin().toNanos();
            stay = (relapse ? settings.calmAfterRelapse() : settings.calmAfter()).toNanos();
            enter(Level.MINIMAL, now);
            return true;
        }
        if (atBest != Level.NORMAL && !strained && !sheds && now - Math.max(calmSince, since) >= stay) {
            enter(atBest == Level.MINIMAL ? Level.DEGRADED : Level.NORMAL, now);
            return true;
        }
        return false;
    }

    private void enter(Level level, long now) {
        atBest = level;
        since = now;
    }
}
