package dev.ballast.overload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShareTest {
    private static final long LATE = Duration.ofMillis(200).toNanos();
    private static final long TIMELY = Duration.ofMillis(20).toNanos();

    private final OverloadSettings settings = LoadFixture.settings(Map.of());
    private final Share share = new Share(Duration.ofMillis(100), 0, 3, settings);

    @Test
    void look_lateTwice_isAPause() {
        looks(2, LATE);
        looks(1, TIMELY);
        looks(2, LATE);
        assertEquals(1, share.value());
    }

    @Test
    void look_lateThrice_halves() {
        looks(3, LATE);
        assertEquals(0.5, share.value());
    }

    @Test
    void look_lateOnceMoreWhileNotAllAreLetIn_halvesAtOnce() {
        looks(3, LATE);
        looks(5, TIMELY);
        looks(1, LATE);
        assertEquals(0.3, share.value(), 1e-9);
    }

    @Test
    void look_lateOnceSoonAfterAllAreLetInAgain_halvesAtOnce_andLaterIsAPause() {
        looks(3, LATE);
        looks(25 + 20, TIMELY);
        looks(1, LATE);
        assertEquals(0.5, share.value());

        looks(25 + 40, TIMELY);
        looks(1, LATE);
        assertEquals(1, share.value());
    }

    @Test
    void look_lateAllTheTime_letsInTheLeast() {
        looks(20, LATE);
        assertEquals(0, share.value());
        Share essential = new Share(Duration.ofMillis(100), 0.1, 3, settings);
        IntStream.range(0, 20).forEach(_ -> essential.look(LATE));
        assertEquals(0.1, essential.value());
    }

    @Test
    void look_timelyAgain_letsInMoreAndMoreUntilAll() {
        looks(20, LATE);
        looks(25, TIMELY);
        assertTrue(share.value() > 0.45 && share.value() < 0.55, "" + share.value());
        looks(30, TIMELY);
        assertEquals(1, share.value());
    }

    private void looks(int times, long late) {
        IntStream.range(0, times).forEach(_ -> share.look(late));
    }
}
