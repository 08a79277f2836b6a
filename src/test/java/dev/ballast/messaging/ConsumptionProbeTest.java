package dev.ballast.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConsumptionProbeTest {
    @Test
    void obstacle_topicsNotThereYet_isThatNothingIsConsumed() {
        assertInstanceOf(
                ConsumptionProbe.TopicsNotReady.class,
                ConsumptionProbe.obstacle(false, List.of()).orElseThrow());
    }

    @Test
    void obstacle_allStarted_isNone() {
        assertEquals(Optional.empty(), ConsumptionProbe.obstacle(true, List.of()));
    }
}
