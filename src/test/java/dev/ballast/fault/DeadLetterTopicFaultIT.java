package dev.ballast.fault;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.load.Metrics;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The dead-letter topic takes nothing for a while. A replica too few is no way to do that with one broker: it counts
/// the replicas there can be (KIP-966). So the topic refuses records for their size.
class DeadLetterTopicFaultIT {
    private static final Stack STACK = Stack.apart("payments");
    private static final Duration UNWRITABLE = Duration.ofSeconds(Integer.getInteger("ballast.soak", 1) == 1 ? 15 : 60);
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(90);
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String LIMIT = "max.message.bytes";

    private Pod pod;

    @AfterEach
    void heal() throws Exception {
        alter(new AlterConfigOp(new ConfigEntry(LIMIT, "2097152"), AlterConfigOp.OpType.SET));
        pod.stop();
        pod.close();
    }

    @Test
    void deadLetterTopicUnwritable_nothingIsLostWellnessSaysSoAndItResumesByItself() throws Exception {
        pod = STACK.pod("payer").start();
        try (PaymentTraffic traffic = new PaymentTraffic(STACK, () -> pod.url()).start()) {
            await().atMost(SOON).until(() -> "up".equals(messaging()));
            alter(new AlterConfigOp(new ConfigEntry(LIMIT, "1"), AlterConfigOp.OpType.SET));
            long begin = System.nanoTime();
            await().atMost(SOON).until(() -> "down: DeadLetterTopicUnwritable".equals(messaging()));
            double settled = settled();
            while (System.nanoTime() - begin < UNWRITABLE.toNanos()) {
                traffic.run(Duration.ofSeconds(1));
                assertEquals(200, given().get(pod.url() + "/q/health/ready").statusCode());
                assertEquals("down: DeadLetterTopicUnwritable", messaging());
            }
            assertTrue(settled() > settled, "payments of other keys go on");

            alter(new AlterConfigOp(new ConfigEntry(LIMIT, "2097152"), AlterConfigOp.OpType.SET));
            await().atMost(SOON).until(() -> "up".equals(messaging()));
            traffic.run(Duration.ofSeconds(1));
            traffic.settle("dead-letter topic unwritable for " + UNWRITABLE.toSeconds() + " s", ENDS_WITHIN);
        }
    }

    private double settled() {
        return Metrics.of(pod.url())
                .sum("ballast_messaging_records_total", "topic=\"payments\"", "outcome=\"completed\"");
    }

    private String messaging() {
        return given().get(pod.url() + "/q/health/well")
                .jsonPath()
                .getString("checks.find { it.name == 'dependencies' }.data.messaging");
    }

    private static void alter(AlterConfigOp change) throws Exception {
        try (Admin admin = TopicContents.admin(STACK)) {
            admin.incrementalAlterConfigs(
                            Map.of(new ConfigResource(ConfigResource.Type.TOPIC, "payments_dlq"), List.of(change)))
                    .all()
                    .get();
        }
    }
}
