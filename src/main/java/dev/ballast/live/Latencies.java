package dev.ballast.live;

import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// A histogram of latencies, added up over many timers.
final class Latencies {
    private final Map<Double, Double> upTo = new TreeMap<>();
    private double total;

    void add(HistogramSnapshot timer) {
        add((double) timer.count(), timer.histogramCounts());
    }

    private void add(double count, CountAtBucket[] buckets) {
        if (buckets.length > 0) {
            total += count;
            for (CountAtBucket bucket : buckets) {
                upTo.merge(bucket.bucket(TimeUnit.MILLISECONDS), bucket.count(), Double::sum);
            }
        }
    }

    /// What came since, in milliseconds; not a number where nothing did.
    double quantileSince(Latencies earlier, double part) {
        double[] bounds =
                upTo.keySet().stream().mapToDouble(Double::doubleValue).toArray();
        double[] counts = new double[bounds.length];
        double before = 0;
        for (int i = 0; i < bounds.length; i++) {
            Double now = upTo.get(bounds[i]);
            double since = (now == null ? 0 : now) - earlier.upTo.getOrDefault(bounds[i], 0.0);
            // timers are read one after another while they count: a bucket may be ahead of the next one
            before = Math.max(before, since);
            counts[i] = before;
        }
        return Quantiles.of(part, bounds, counts, Math.max(total - earlier.total, before));
    }
}
