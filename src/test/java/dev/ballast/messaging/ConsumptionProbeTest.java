package dev.ballast.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.ballast.degradation.Outcome;
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

    /// So that it is failing and not gone.
    @Test
    void meaning_comingAndGoing_isNotGone() {
        ConsumptionProbe probe = new ConsumptionProbe(null);
        assertEquals(Outcome.SLOW, probe.meaning(new ConsumptionProbe.ConsumptionUnsteady()));
        assertEquals(Outcome.FAILED, probe.meaning(new ConsumptionProbe.WaitingForADependency()));
    }

    @Test
    void obstacle_allStarted_isNone() {
        assertEquals(Optional.empty(), ConsumptionProbe.obstacle(true, List.of()));
    }
}
