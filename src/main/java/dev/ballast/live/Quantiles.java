package dev.ballast.live;

/// Quantiles of a histogram, as Prometheus' `histogram_quantile` estimates them: where in its bucket a quantile lies is
/// unknown, and taken to be in proportion.
final class Quantiles {
    private Quantiles() {}

    /// The value that a part of all values does not exceed.
    ///
    /// @param part above 0, at most 1
    /// @param bounds upper bounds of the buckets, ascending
    /// @param counts values up to each bound, with those of the buckets before; never decreasing
    /// @param total of all values, those beyond the last bound included
    /// @return not a number where there are none; the last bound where the quantile is beyond it, as it is at least
    /// that
    static double of(double part, double[] bounds, double[] counts, double total) {
        if (!(total > 0) || bounds.length == 0) {
            return Double.NaN;
        }
        double rank = part * total;
        for (int i = 0; i < bounds.length; i++) {
            if (counts[i] >= rank) {
                double below = i == 0 ? 0 : counts[i - 1];
                double from = i == 0 ? 0 : bounds[i - 1];
                double inside = counts[i] - below;
                return inside <= 0 ? bounds[i] : from + (bounds[i] - from) * (rank - below) / inside;
            }
        }
        return bounds[bounds.length - 1];
    }
}
