package dev.ballast.degradation;

/// What was heard of a dependency in a stretch of time.
///
/// @param nanos time to answer of all that were answered, together
public record Counts(long ok, long slow, long failed, long timedOut, long rejected, long nanos) {
    static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0);

    public long total() {
        return ok + slow + failed + timedOut + rejected;
    }

    /// Of 1; 1 where nothing was heard.
    public double successRatio() {
        return total() == 0 ? 1 : (double) ok / total();
    }

    /// Likewise, of what was answered as it should be, however late.
    double answeredRatio() {
        return total() == 0 ? 1 : (double) (ok + slow) / total();
    }

    /// In milliseconds, of what was answered; 0 where nothing was.
    public double meanMs() {
        long answered = ok + slow + failed;
        return answered == 0 ? 0 : nanos / 1e6 / answered;
    }

    Counts plus(Counts other) {
        return new Counts(
                ok + other.ok,
                slow + other.slow,
                failed + other.failed,
                timedOut + other.timedOut,
                rejected + other.rejected,
                nanos + other.nanos);
    }
}
