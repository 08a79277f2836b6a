package dev.ballast.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.ballast.fault.VersionHistory.Judgement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class VersionHistoryTest {
    private static final long KEY = 7;
    private final VersionHistory history = new VersionHistory(Duration.ofNanos(100));

    @Test
    void judge_nothingAcknowledged_allowsAnything() {
        assertEquals(new Judgement.Allowed(0), history.judge(KEY, 0, 1_000));
    }

    @Test
    void judge_readStartsWithinTheBound_allowsTheOldVersion() {
        history.acknowledged(KEY, 2, 50);

        assertEquals(new Judgement.Allowed(0), history.judge(KEY, 1, 150));
    }

    @Test
    void judge_readStartsPastTheBound_refusesTheOldVersion() {
        history.acknowledged(KEY, 2, 50);

        assertEquals(new Judgement.Stale(KEY, 1, 2, Duration.ofNanos(1)), history.judge(KEY, 1, 151));
        assertEquals(new Judgement.Allowed(2), history.judge(KEY, 2, 151));
        assertEquals(new Judgement.Allowed(2), history.judge(KEY, 9, 151));
    }

    @Test
    void judge_userNotFoundAfterAnAcknowledgedChange_isStale() {
        history.acknowledged(KEY, 2, 0);

        assertInstanceOf(Judgement.Stale.class, history.judge(KEY, 0, 101));
    }

    @Test
    void judge_severalVersionsBehind_isOverdueSinceTheFirst() {
        history.acknowledged(KEY, 2, 0);
        history.acknowledged(KEY, 3, 10);
        history.acknowledged(KEY, 4, 20);

        assertEquals(new Judgement.Stale(KEY, 1, 4, Duration.ofNanos(100)), history.judge(KEY, 1, 200));
    }

    @Test
    void judge_answersOfTwoWritersCrossed_keepsTheNewerVersion() {
        history.acknowledged(KEY, 3, 10);
        history.acknowledged(KEY, 2, 20);

        assertInstanceOf(Judgement.Stale.class, history.judge(KEY, 2, 1_000));
    }

    @Test
    void judge_randomHistories_agreesWithTheDefinition() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 2_000; round++) {
            VersionHistory checked = new VersionHistory(Duration.ofNanos(100));
            List<long[]> all = new ArrayList<>();
            long now = 0;
            for (int i = random.nextInt(8); i > 0; i--) {
                now += random.nextInt(60);
                long version = random.nextInt(10);
                all.add(new long[] {version, now});
                checked.acknowledged(KEY, version, now);
            }
            long start = random.nextInt(600);
            long seen = random.nextInt(10);
            boolean wrong = all.stream().anyMatch(one -> start > one[1] + 100 && seen < one[0]);
            assertEquals(wrong, checked.judge(KEY, seen, start) instanceof Judgement.Stale, "round " + round);
        }
    }
}
