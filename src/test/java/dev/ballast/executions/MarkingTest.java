package dev.ballast.executions;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MarkingTest {
    private static final Duration TRIAL_AFTER = Duration.ofSeconds(5);

    @ParameterizedTest
    @CsvSource({
        // suspect, deaths, seconds at work, seconds left
        "true, 0, 0, 0", // nothing speaks against it yet
        "true, 1, 0, 5",
        "true, 1, 4, 1",
        "true, 1, 5, 0",
        "true, 1, 60, 0",
        "true, 2, 1, 19", // by the square
        "true, 3, 1, 44",
        "true, 4, 1, 59", // forbearance has an end
        "false, 2, 0, 0", // it runs like any other
        "true, 1, -3600, 5", // the clock was set back
        "true, 2000000000, 0, 60",
    })
    void rest_isLongerTheMoreOftenItDied(boolean suspect, int deaths, long atWork, long left) {
        assertEquals(
                Duration.ofSeconds(left), new Marking(suspect, deaths).rest(TRIAL_AFTER, Duration.ofSeconds(atWork)));
    }
}
