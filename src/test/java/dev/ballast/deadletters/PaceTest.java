package dev.ballast.deadletters;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void turn_askedAtOnce_isSpreadAtTheRate() {
        Pace pace = new Pace(4, 7);

        assertEquals(Duration.ZERO, pace.turn(7));
        assertEquals(Duration.ofMillis(250), pace.turn(7));
        assertEquals(Duration.ofMillis(500), pace.turn(7));
    }

    @Test
    void turn_late_isNotMadeUpForInABurst() {
        Pace pace = new Pace(1, 0);
        pace.turn(0);

        assertEquals(Duration.ZERO, pace.turn(10 * SECOND));
        assertEquals(Duration.ofSeconds(1), pace.turn(10 * SECOND));
    }

    @Test
    void turn_clockPassesItsLimit_goesOn() {
        Pace pace = new Pace(1, Long.MAX_VALUE);

        assertEquals(Duration.ZERO, pace.turn(Long.MAX_VALUE));
        assertEquals(Duration.ofSeconds(1), pace.turn(Long.MAX_VALUE));
        assertEquals(Duration.ZERO, pace.turn(Long.MAX_VALUE + 2 * SECOND));
    }
}
