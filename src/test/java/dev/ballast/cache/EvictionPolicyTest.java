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

    /// Every 20,000 reads somebody goes through 4,000 users once, as an export does. What the scan itself finds is
    /// not counted, only what it does to the others.
    @Test
    void hitRatio_zipfWithScans_isHigherThanThatOfLruByMore() {
        Ratios plain = Ratios.of("Zipf", zipf());
        Ratios scanned = Ratios.of("Zipf with scans", withScans(zipf()));
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

    private static long[] withScans(long[] trace) {
        int between = 20_000;
        int length = 4_000;
        int scans = trace.length / between;
        long[] all = new long[trace.length + scans * length];
        int to = 0;
        for (int scan = 0; scan < scans; scan++) {
            System.arraycopy(trace, scan * between, all, to, between);
            to += between;
            for (int i = 0; i < length; i++) {
                all[to++] = -(1 + (scan * (long) length + i) % USERS);
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
