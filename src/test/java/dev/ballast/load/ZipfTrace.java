package dev.ballast.load;

import java.util.Arrays;
import java.util.SplittableRandom;

/// Keys as users ask for them: the k-th most popular of n is asked for with probability proportional to 1 / k^s
/// (Zipf's law). Popularity is spread over the ids by a seeded shuffle. The same parameters give the same trace.
public final class ZipfTrace {
    private final double[] cumulative;
    private final long[] byRank;
    private final SplittableRandom random;

    /// @param firstId of `keys` consecutive ids
    /// @param exponent s; about 1 for web traffic
    public ZipfTrace(long firstId, int keys, double exponent, long seed) {
        this.random = new SplittableRandom(seed);
        this.cumulative = new double[keys];
        this.byRank = new long[keys];
        double sum = 0;
        for (int rank = 0; rank < keys; rank++) {
            sum += Math.pow(rank + 1, -exponent);
            cumulative[rank] = sum;
            byRank[rank] = firstId + rank;
        }
        for (int rank = keys - 1; rank > 0; rank--) {
            int other = random.nextInt(rank + 1);
            long id = byRank[rank];
            byRank[rank] = byRank[other];
            byRank[other] = id;
        }
    }

    /// The next key asked for.
    public long next() {
        double drawn = random.nextDouble() * cumulative[cumulative.length - 1];
        int found = Arrays.binarySearch(cumulative, drawn);
        return byRank[found < 0 ? -found - 1 : found];
    }

    /// The most popular keys, most popular first.
    public long[] top(int count) {
        return Arrays.copyOf(byRank, count);
    }

    /// The next `count` keys.
    public long[] take(int count) {
        long[] keys = new long[count];
        Arrays.setAll(keys, _ -> next());
        return keys;
    }
}
