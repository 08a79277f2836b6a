package dev.ballast.cache;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.ballast.load.ZipfTrace;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;

/// W-TinyLFU, Caffeine's policy, against LRU, which the specification names, on the same traces. Memory has 1,000
/// entries, as in the users' cache.
class EvictionPolicyTest {
    private static final int ENTRIES = 1_000;
    private static final int USERS = 10_000;
    private static final int READS = 200_000;
    private static final double EXPONENT = 1.12;
    private static final long SEED = 20261123;

    @Test
    void hitRatio_zipf_isHigherThanThatOfLru() {
        long[] trace = zipf();
        Ratios ratios = Ratios.of("Zipf", trace);
        System.out.println(HEAD + ratios);
        assertTrue(ratios.tinyLfu > ratios.lru, ratios.toString());
    }

    /// Half of the time somebody exports all users beside the ordinary reads, one user after each of them. What the
    /// export itself finds is not counted, only what it does to the others.
    @Test
    void hitRatio_zipfWithExports_isHigherThanThatOfLruByMore() {
        Ratios plain = Ratios.of("Zipf", zipf());
        Ratios scanned = Ratios.of("Zipf, exports beside it", withExports(zipf()));
        System.out.println(HEAD + plain + "\n" + scanned);
        assertTrue(scanned.tinyLfu - scanned.lru > plain.tinyLfu - plain.lru, scanned.toString());
    }

    private static final String HEAD = "| trace | accesses | W-TinyLFU | LRU |\n|---|---|---|---|\n";

    private record Ratios(String trace, int reads, double tinyLfu, double lru) {
        static Ratios of(String name, long[] trace) {
            return new Ratios(name, trace.length, hits(trace, asTinyLfu()), hits(trace, asLru()));
        }

        private static double hits(long[] trace, LongPredicate cache) {
            int reads = 0;
            int hits = 0;
            for (long key : trace) {
                boolean hit = cache.test(Math.abs(key));
                if (key > 0) {
                    reads++;
                    hits += hit ? 1 : 0;
                }
            }
            return 100.0 * hits / reads;
        }

        @Override
        public String toString() {
            return "| %s | %,d | %.1f %% | %.1f %% |".formatted(trace, reads, tinyLfu, lru);
        }
    }

    private static long[] zipf() {
        return new ZipfTrace(1, USERS, EXPONENT, SEED).take(READS);
    }

    /// Keys of exports are negative.
    private static long[] withExports(long[] trace) {
        long[] all = new long[trace.length + trace.length / 2];
        int to = 0;
        for (int read = 0; read < trace.length; read++) {
            all[to++] = trace[read];
            int sinceBegin = read % (2 * USERS);
            if (sinceBegin < USERS) {
                all[to++] = -(1 + sinceBegin);
            }
        }
        return all;
    }

    /// Whether the key was there; it is afterwards.
    private static LongPredicate asTinyLfu() {
        Cache<Long, Boolean> cache = Caffeine.newBuilder()
                .maximumSize(ENTRIES)
                .executor(Runnable::run)
                .build();
        return key -> {
            boolean hit = cache.getIfPresent(key) != null;
            if (!hit) {
                cache.put(key, true);
            }
            return hit;
        };
    }

    private static LongPredicate asLru() {
        Map<Long, Boolean> cache = new LinkedHashMap<>(ENTRIES * 2, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
                return size() > ENTRIES;
            }
        };
        return key -> {
            boolean hit = cache.get(key) != null;
            if (!hit) {
                cache.put(key, true);
            }
            return hit;
        };
    }
}
