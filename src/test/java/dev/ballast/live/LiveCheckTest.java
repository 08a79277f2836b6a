package dev.ballast.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveCheckTest {
    @Test
    void problems_defaults_areNone() {
        assertEquals(List.of(), LiveCheck.problems(Duration.ofSeconds(3), Duration.ofMinutes(15)));
    }

    @Test
    void problems_tooOftenOrTooSeldom_namesTheKey() {
        assertTrue(LiveCheck.problems(Duration.ZERO, Duration.ofMinutes(15))
                .getFirst()
                .startsWith("ballast.live.every must be from PT1S to PT1M"));
        assertEquals(
                1, LiveCheck.problems(Duration.ofHours(1), Duration.ofHours(2)).size());
    }

    @Test
    void problems_keptTooShortOrTooLong_namesTheKey() {
        assertTrue(LiveCheck.problems(Duration.ofSeconds(3), Duration.ofSeconds(2))
                .getFirst()
                .startsWith("ballast.live.keep must be from ballast.live.every"));
        assertEquals(
                1, LiveCheck.problems(Duration.ofSeconds(1), Duration.ofDays(1)).size());
    }
}
