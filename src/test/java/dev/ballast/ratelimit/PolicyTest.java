package dev.ballast.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyTest {
    @ParameterizedTest
    @CsvSource({
        "Ip, sliding-window-log, 1, PT1M, 1, name",
        "a--b, sliding-window-log, 1, PT1M, 1, name",
        "'', sliding-window-log, 1, PT1M, 1, name",
        "ip, sliding-window-log, 0, PT1M, 1, limit must be from 1 to 1000000",
        "ip, sliding-window-log, -5, PT1M, 1, limit",
        "ip, sliding-window-log, 1000001, PT1M, 1, limit",
        "ip, sliding-window-log, 1, PT0S, 1, window",
        "ip, sliding-window-log, 1, PT0.0000005S, 1, window",
        "ip, sliding-window-log, 1, PT-1M, 1, window",
        "ip, sliding-window-log, 1, PT25H, 1, window must be from PT0.001S to PT24H",
        "ip, sliding-window-counter, 60000, PT24H, 1, limit must be at most 52124",
        "ip, token-bucket, 10, PT1M, 0, burst must be from 1 to the limit",
        "ip, token-bucket, 10, PT1M, 11, burst",
        "ip, token-bucket, 10001, PT1S, 10, limit must be at most 10000 for a token bucket",
    })
    void new_outOfRange_namesTheFieldAndWhatIsAllowed(
            String name, String algorithm, long limit, Duration window, long burst, String told) {
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> new Policy(name, algorithm(algorithm), limit, window, burst, false, FailureMode.OPEN, 0))
                .getMessage();
        assertTrue(message.contains(told), message);
    }

    @ParameterizedTest
    @CsvSource({"7, PT1M, 8571429", "6000, PT1M, 10000", "10000, PT1S, 100", "1, PT24H, 86400000000"})
    void intervalMicros_roundsUp(long limit, Duration window, long micros) {
        Policy policy = new Policy("p", Algorithm.TOKEN_BUCKET, limit, window, 1, false, FailureMode.OPEN, 0);
        assertEquals(micros, policy.intervalMicros());
    }

    @Test
    void names_areThoseOfTheConfiguration() {
        for (Algorithm algorithm : Algorithm.values()) {
            assertEquals(algorithm, algorithm(algorithm.toString()));
        }
        assertEquals("local", FailureMode.LOCAL.toString());
    }

    private static Algorithm algorithm(String name) {
        return switch (name) {
            case "sliding-window-log" -> Algorithm.SLIDING_WINDOW_LOG;
            case "sliding-window-counter" -> Algorithm.SLIDING_WINDOW_COUNTER;
            case "token-bucket" -> Algorithm.TOKEN_BUCKET;
            default -> throw new IllegalArgumentException(name);
        };
    }
}
