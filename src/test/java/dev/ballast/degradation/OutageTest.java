package dev.ballast.degradation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutageTest {
    private final LogCapture log = new LogCapture(Outage.class);
    private final Outage outage = new Outage("Redis", "localhost:1", "REDIS_URL");

    @AfterEach
    void end() {
        log.close();
    }

    @Test
    void failed_manyTimes_isSaidOnceForEachReason() {
        for (int i = 0; i < 100; i++) {
            outage.failed("no answer");
            outage.failed("no trust");
        }
        assertEquals(
                List.of(
                        "Redis at localhost:1 is not reachable (no answer); REDIS_URL sets the address. The service runs"
                                + " on without it and keeps trying",
                        "Redis at localhost:1 is still not reachable (no trust); REDIS_URL sets the address"),
                List.copyOf(log.lines()));
    }

    @Test
    void failed_foreverForAnotherReason_isNotSaidForEver() {
        for (int i = 0; i < 100; i++) {
            outage.failed("reason " + i);
        }
        assertEquals(3, log.lines().size());
    }

    @Test
    void answered_isSaidOnce_andReasonsAreNewAgain() {
        outage.answered();
        outage.failed("no answer");
        outage.answered();
        outage.answered();
        outage.failed("no answer");
        assertEquals(3, log.lines().size(), log.lines()::toString);
    }
}
