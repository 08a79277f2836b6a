package dev.ballast.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.ballast.degradation.Outcome;
import dev.ballast.messaging.ConsumptionProbe.Consumption;
import java.util.ArrayList;
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
    void obstacle_ofSeveralConsumers_isTheGravest() {
        List<Consumption> consumers = new ArrayList<>(List.of(new Consumption(false, false, false, false)));
        assertEquals(Optional.empty(), ConsumptionProbe.obstacle(true, consumers));
        List<Consumption> graver = List.of(
                new Consumption(false, false, false, true),
                new Consumption(false, false, true, true),
                new Consumption(false, true, false, false),
                new Consumption(true, false, false, false));
        List<String> found = new ArrayList<>();
        for (Consumption consumer : graver) {
            consumers.add(consumer);
            found.add(ConsumptionProbe.obstacle(true, consumers)
                    .orElseThrow()
                    .getClass()
                    .getSimpleName());
        }
        assertEquals(
                List.of(
                        "ConsumptionUnsteady",
                        "WaitingForADependency",
                        "ConsumptionInterrupted",
                        "DeadLetterTopicUnwritable"),
                found);
    }

    @Test
    void obstacle_allStarted_isNone() {
        assertEquals(Optional.empty(), ConsumptionProbe.obstacle(true, List.of()));
    }
}
