package dev.ballast.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PausesTest {
    private final Pauses pauses = new Pauses(Duration.ofNanos(10));

    @Test
    void answersInTime_areNoPause() {
        ask(0, 9);
        ask(20, 29);
        assertEquals(0, pauses.longestSince(0, 30));
        assertEquals(9, pauses.longest());
    }

    @Test
    void pause_isFoundByThoseWhoWaitedDuringAPartOfIt_andByNobodyLater() {
        ask(0, 1);
        ask(5, 17);
        ask(20, 35);
        assertEquals(15, pauses.longestSince(16, 40));
        assertEquals(15, pauses.longestSince(34, 40));
        assertEquals(0, pauses.longestSince(35, 40));
    }

    @Test
    void pauseUnderWay_countsAsFarAsItGoes_alsoOverSeveralQuestions() {
        pauses.begin(0);
        assertEquals(0, pauses.longestSince(0, 9));
        assertEquals(10, pauses.longestSince(0, 10));
        pauses.begin(11); // the first was never answered
        assertEquals(12, pauses.longestSince(0, 12));
    }

    private void ask(long from, long until) {
        pauses.begin(from);
        pauses.end(until);
    }
}
