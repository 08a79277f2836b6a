package dev.ballast.fault;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.load.Metrics;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// An operator sets the group back, as `kafka-consumer-groups --reset-offsets` does: all is consumed once more, though
/// Redis knew better, and nothing is applied twice.
class RewindIT {
    private static final Stack STACK = Stack.apart("payments");
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(90);

    private Pod pod;

    @AfterEach
    void endPod() {
        pod.stop();
        pod.close();
    }

    @Test
    void groupSetBack_everyRecordIsRepeatedAndNothingDebitedTwice() throws Exception {
        pod = STACK.pod("payer").start();
        TopicContents.awaitTopics(STACK); // or it would begin nowhere
        try (PaymentTraffic traffic = new PaymentTraffic(STACK, () -> pod.url()).start()) {
            traffic.run(Duration.ofSeconds(4));
            PaymentBooks before = traffic.settle("before the rewind", ENDS_WITHIN);
            pod.stop();

            setBack(traffic.begin());
            pod.start();

            int poison = traffic.burials().size();
            await().atMost(ENDS_WITHIN)
                    .untilAsserted(() -> assertEquals(before.records() - poison, consumed("repeated")));
            PaymentBooks after = new PaymentBooks(STACK, traffic);
            after.awaitEnd(ENDS_WITHIN);
            after.check();
            assertEquals(poison, consumed("dead-lettered"));
            assertEquals(0, consumed("completed") + consumed("declined"));
            System.out.printf("rewound by %,d records: %s%n", before.records(), after);
        }
    }

    private static void setBack(Map<TopicPartition, Long> to) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        to.forEach((partition, offset) -> offsets.put(partition, new OffsetAndMetadata(offset)));
        try (Admin admin = TopicContents.admin(STACK)) {
            admin.alterConsumerGroupOffsets(TopicContents.GROUP, offsets).all().get();
        }
    }

    private int consumed(String outcome) {
        return (int) Metrics.of(pod.url())
                .sum("ballast_messaging_records_total", "topic=\"payments\"", "outcome=\"" + outcome + "\"");
    }
}
