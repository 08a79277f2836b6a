package dev.ballast.invalidation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.invalidation.SweepWatch.Turn;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SweepWatchTest {
    private final AtomicLong millis = new AtomicLong();
    private final SweepWatch watch = new SweepWatch(() -> Instant.ofEpochMilli(millis.get()));

    @Test
    void left_inBatchAfterBatch_beginsOnce() {
        assertEquals(Turn.NONE, watch.left(0));
        assertEquals(Turn.BEGAN, watch.left(3));
        assertEquals(Turn.NONE, watch.left(2));
        assertEquals(Turn.NONE, watch.passed(5));
        assertEquals(Turn.NONE, watch.left(1));
    }

    @Test
    void passed_nothingLeft_ceasesOnceAndMayBeginAgain() {
        assertEquals(Turn.NONE, watch.passed(0));
        assertEquals(Turn.BEGAN, watch.left(1));
        assertEquals(Turn.CEASED, watch.passed(0));
        assertEquals(Turn.NONE, watch.passed(0));
        assertEquals(Turn.BEGAN, watch.left(1));
    }

    @Test
    void failures_manyInAMinute_areSpokenOfOnce() {
        assertTrue(watch.maySpeakOfFailure());
        millis.addAndGet(59_999);
        assertFalse(watch.maySpeakOfFailure());
        millis.addAndGet(1);
        assertTrue(watch.maySpeakOfFailure());
    }
}
