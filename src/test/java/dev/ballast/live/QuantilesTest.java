package dev.ballast.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class QuantilesTest {
    private static final double[] BOUNDS = {5, 10, 25, 50, 100, 250, 500, 1_000, 2_500};

    @Test
    void of_nothing_isNoNumber() {
        assertTrue(Double.isNaN(Quantiles.of(0.5, BOUNDS, new double[BOUNDS.length], 0)));
        assertTrue(Double.isNaN(Quantiles.of(0.5, new double[0], new double[0], 3)));
    }

    @Test
    void of_allInOneBucket_isInProportion() {
        double[] counts = {0, 100, 100, 100, 100, 100, 100, 100, 100};

        assertEquals(7.5, Quantiles.of(0.5, BOUNDS, counts, 100), 1e-9);
        assertEquals(9.95, Quantiles.of(0.99, BOUNDS, counts, 100), 1e-9);
        assertEquals(10, Quantiles.of(1, BOUNDS, counts, 100), 1e-9);
    }

    @Test
    void of_beyondTheLastBound_isThatBound() {
        assertEquals(2_500, Quantiles.of(0.99, BOUNDS, new double[] {1, 1, 1, 1, 1, 1, 1, 1, 1}, 50));
    }

    /// The oracle sorts the values themselves: the estimate must lie in the bucket that the true quantile lies in.
    @Test
    void of_randomValues_liesInTheBucketOfTheTrueQuantile() {
        Random random = new Random(7);
        for (int round = 0; round < 20_000; round++) {
            double[] values = new double[1 + random.nextInt(200)];
            Arrays.setAll(values, _ -> Math.exp(random.nextDouble() * 9));
            double part = round % 2 == 0 ? 0.5 : 0.99;

            double estimate = Quantiles.of(part, BOUNDS, cumulative(values), values.length);

            Arrays.sort(values);
            double exact = values[(int) Math.ceil(part * values.length) - 1];
            int bucket = bucketOf(exact);
            double from = bucket == 0 ? 0 : BOUNDS[bucket - 1];
            double to = bucket == BOUNDS.length ? from : BOUNDS[bucket];
            assertTrue(
                    estimate >= from && estimate <= to,
                    "p%s of %s is %s, estimated %s".formatted(part, Arrays.toString(values), exact, estimate));
        }
    }

    private static double[] cumulative(double[] values) {
        return Arrays.stream(BOUNDS)
                .map(bound ->
                        Arrays.stream(values).filter(value -> value <= bound).count())
                .toArray();
    }

    private static int bucketOf(double value) {
        int bucket = 0;
        while (bucket < BOUNDS.length && value > BOUNDS[bucket]) {
            bucket++;
        }
        return bucket;
    }
}
