package dev.ballast.offsets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OffsetTrackerTest {
    @Test
    void position_nothingBegun_isTheFirst() {
        assertEquals(7, new OffsetTracker(7).position());
    }

    @Test
    void position_laterFinishedFirst_staysAtTheFirstUnfinished() {
        OffsetTracker tracker = new OffsetTracker(0);
        tracker.begin(0, 0);
        tracker.begin(1, 0);
        tracker.finish(1);

        assertEquals(0, tracker.position());
        tracker.finish(0);
        assertEquals(2, tracker.position());
    }

    @Test
    void oldestBegan_isThatOfTheFirstUnfinished() {
        OffsetTracker tracker = new OffsetTracker(0);
        tracker.begin(0, 10);
        tracker.begin(1, 20);
        tracker.finish(0);

        assertEquals(20, tracker.oldestBegan().orElseThrow());
        tracker.finish(1);
        assertTrue(tracker.oldestBegan().isEmpty());
    }

    /// The oracle looks at every offset there was; offsets have gaps, as after compaction.
    @Test
    void position_atRandom_isTheLowestUnfinishedOfAll() {
        Random random = new Random(3);
        OffsetTracker tracker = new OffsetTracker(0);
        List<Long> all = new ArrayList<>();
        List<Long> open = new ArrayList<>();
        long next = 0;
        for (int step = 0; step < 20_000; step++) {
            if (open.isEmpty() || open.size() < 50 && random.nextBoolean()) {
                next += random.nextInt(3);
                all.add(next);
                open.add(next);
                tracker.begin(next++, step);
            } else {
                long done = open.remove(random.nextInt(open.size()));
                tracker.finish(done);
            }
            long expected = all.stream().filter(open::contains).findFirst().orElse(next);
            assertEquals(expected, tracker.position());
            assertEquals(open.size(), tracker.open());
            if (open.isEmpty()) {
                all.clear();
            }
        }
    }
}
