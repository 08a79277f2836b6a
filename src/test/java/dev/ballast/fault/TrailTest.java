package dev.ballast.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.fault.Subject.Written;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrailTest {
    private static final long MS = 1_000_000;

    private final Trail trail = new Trail();

    @Test
    void stale_afterWritesAndReads_tellsThemInOrderWithTiers() {
        trail.read(0, 7, 1, "L1; hit", 1 * MS);
        trail.read(1, 7, 1, "L2; hit; ttl=9", 2 * MS);
        trail.written(1, 7, new Written.Deferred(2), 3 * MS);
        trail.read(0, 7, 1, "L1; hit", 4 * MS);
        trail.read(0, 7, 1, "", 5 * MS);
        trail.delivered(7, 2, 6 * MS);
        trail.read(0, 7, 1, "L1; hit", 2_000 * MS);
        trail.stale(7, 2_000 * MS);

        assertEquals(List.of("""
                        key 7 until its first late read:
                            -1,999…0 ms pod 0 shows 1 (L1; hit) (×4)
                            -1,998 ms pod 1 shows 1 (L2; hit)
                            -1,997 ms pod 1 answers Deferred[version=2]
                            -1,994 ms nothing waits for delivery, which binds to 2"""), trail.stories());
    }

    @Test
    void failed_manyTimes_tellsOfTheFirst() {
        for (int i = 0; i < 10; i++) {
            trail.failed(1, List.of(7L, 8L), "503 too late", i * MS, (i + 2_000) * MS);
        }

        assertEquals(3, trail.stories().size());
        String first = trail.stories().getFirst();
        assertTrue(first.startsWith("pod 1 does not answer for [7, 8] after 2,000 ms, at "), first);
    }

    @Test
    void stale_sameKeyAgain_tellsItsStoryOnce() {
        trail.read(0, 7, 1, "L1; hit", 0);
        trail.stale(7, 0);
        trail.stale(7, MS);

        assertEquals(1, trail.stories().size());
    }

    @Test
    void read_manyAnswers_keepTheChangeBeforeThem() {
        trail.written(0, 7, new Written.Acknowledged(1), 0);
        for (int i = 0; i < 1_000; i++) {
            trail.read(0, 7, i, "L1; hit", i * MS);
        }
        trail.stale(7, 1_000 * MS);

        List<String> lines = trail.stories().getFirst().lines().toList();
        assertEquals("    -1,000 ms pod 0 answers Acknowledged[version=1]", lines.get(1));
        assertEquals(42, lines.size(), "one line of heading, one change, 40 reads");
    }
}
