package dev.ballast.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PausesTest {
    private final Pauses pauses = new Pauses(Duration.ofNanos(10));

    @Test
    void answersInTime_areNoPause() {
        ask(0, 9);
        ask(20, 29);
        assertFalse(pauses.isAnyWithin(0, 30));
        assertEquals(9, pauses.longest());
    }

    @Test
    void pause_isFoundByThoseWhoWaitedDuringEnoughOfIt_andByNobodyElse() {
        ask(0, 1);
        ask(20, 35);
        assertTrue(pauses.isAnyWithin(0, 40));
        assertTrue(pauses.isAnyWithin(25, 40));
        assertFalse(pauses.isAnyWithin(26, 40));
        assertFalse(pauses.isAnyWithin(35, 40));
        assertEquals(15, pauses.longest());
    }

    @Test
    void pauseUnderWay_countsAsFarAsItGoes_alsoOverSeveralQuestions() {
        pauses.begin(0);
        assertFalse(pauses.isAnyWithin(0, 9));
        assertTrue(pauses.isAnyWithin(0, 10));
        pauses.begin(11); // the first was never answered
        assertTrue(pauses.isAnyWithin(2, 12));
        assertFalse(pauses.isAnyWithin(3, 12));
    }

    private void ask(long from, long until) {
        pauses.begin(from);
        pauses.end(until);
    }
}
