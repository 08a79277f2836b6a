package dev.ballast.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class InflowTest {
    private static final TopicPartition ZERO = new TopicPartition("payments", 0);
    private static final TopicPartition ONE = new TopicPartition("payments", 1);

    private final Inflow inflow = new Inflow(8, 1_000);

    @Test
    void closed_fullByNumber_untilAQuarterIsFree() {
        add(ZERO, 8);
        assertEquals(Set.of(ZERO), inflow.closed(List.of(ZERO)));
        inflow.remove(ZERO, 1);
        assertEquals(Set.of(ZERO), inflow.closed(List.of(ZERO)));
        inflow.remove(ZERO, 1);
        assertEquals(Set.of(), inflow.closed(List.of(ZERO)));
    }

    @Test
    void closed_fullByBytes_thoughFewRecords() {
        inflow.add(ZERO, 1_000);
        assertEquals(Set.of(ZERO), inflow.closed(List.of(ZERO)));
        inflow.remove(ZERO, 1_000);
        assertEquals(Set.of(), inflow.closed(List.of(ZERO)));
    }

    /// The records of a key that is stuck lie in one partition.
    @Test
    void closed_onePartitionStuck_theOtherGoesOn() {
        add(ZERO, 4);
        for (int i = 0; i < 100; i++) {
            inflow.add(ONE, 1);
            assertEquals(Set.of(ZERO), inflow.closed(List.of(ZERO, ONE)));
            inflow.remove(ONE, 1);
        }
    }

    @Test
    void closed_partitionLeft_theOthersShareGrowsAndWhatIsOnItsWayStillCounts() {
        add(ZERO, 4);
        add(ONE, 4);
        assertEquals(Set.of(ZERO, ONE), inflow.closed(List.of(ZERO, ONE)));

        assertEquals(Set.of(), inflow.closed(List.of(ONE)));
        add(ONE, 8);
        assertEquals(Set.of(ONE), inflow.closed(List.of(ONE)));
        assertEquals(16, inflow.records());
    }

    @Test
    void closed_pollsBeyondTheShares_allAreClosedAtTwiceTheLimit() {
        Set<TopicPartition> three = Set.of(ZERO, ONE, new TopicPartition("payments", 2));
        add(ZERO, 8);
        add(ONE, 8);

        assertEquals(three, inflow.closed(three));
    }

    /// Each poll goes by what is closed, and brings at most two records of a partition beyond its share.
    @Test
    void closed_obeyedByPolls_noPartitionTakesMoreThanItsShareAndOnePoll() {
        Random random = new Random(7);
        Map<TopicPartition, Integer> open = new HashMap<>(Map.of(ZERO, 0, ONE, 0));
        for (int turn = 0; turn < 10_000; turn++) {
            Set<TopicPartition> closed = inflow.closed(open.keySet());
            for (TopicPartition partition : open.keySet()) {
                int brought = closed.contains(partition) ? 0 : random.nextInt(3);
                int ended = random.nextInt(open.get(partition) + brought + 1) / 2;
                add(partition, brought);
                for (int i = 0; i < ended; i++) {
                    inflow.remove(partition, 1);
                }
                open.merge(partition, brought - ended, Integer::sum);
                assertEquals(true, open.get(partition) < 4 + 2, "beyond its share");
            }
        }
    }

    private void add(TopicPartition partition, int records) {
        for (int i = 0; i < records; i++) {
            inflow.add(partition, 1);
        }
    }
}
