package dev.ballast.fault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.load.Metrics;
import dev.ballast.payments.PaymentCalls;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// One event a hundred times, by two producers at once.
class DuplicatesIT {
    private static final Stack STACK = Stack.apart("payments");
    private static final int COPIES = 100;
    private static final int PARTITIONS = 3;
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(60);

    private Pod pod;

    @BeforeEach
    void startPod() {
        pod = STACK.pod("payer").start();
        TopicContents.awaitTopics(STACK);
    }

    @AfterEach
    void endPod() {
        pod.stop();
        pod.close();
    }

    /// Copies of one partition come one after another; those of several meet at the order's row.
    @Test
    void eventInEveryPartition_twoPods_oneDebitAndEqualOutcomes() throws Exception {
        try (Pod other = STACK.pod("other-payer").start()) {
            awaitBothConsume(other);
            TopicContents results = new TopicContents(STACK, "payment-results");
            Map<TopicPartition, Long> begin = results.ends();
            Payer payer = payer();
            Payer.Order order = new Payer.Order(PaymentCalls.orderId(), 40);
            double before = consumed("completed", pod, other);
            double repeated = consumed("repeated", pod, other);

            sendToEveryPartition(payer, payer.event(order), COPIES);

            int copies = COPIES * PARTITIONS;
            await().atMost(ENDS_WITHIN)
                    .untilAsserted(
                            () -> assertTrue(outcomes(results, begin, order).size() >= copies));
            assertEquals(1, outcomes(results, begin, order).stream().distinct().count(), "outcomes that differ");
            await().atMost(ENDS_WITHIN)
                    .untilAsserted(() -> assertEquals(copies - 1, consumed("repeated", pod, other) - repeated));
            assertEquals(1, consumed("completed", pod, other) - before);
            assertEquals(60, balance(payer));
            other.stop();
        }
    }

    /// Leaves none of its own records on their way, where they would count among those that are looked at.
    private void awaitBothConsume(Pod other) throws Exception {
        Payer payer = payer();
        AtomicInteger orders = new AtomicInteger();
        await().atMost(ENDS_WITHIN).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
            orders.incrementAndGet();
            sendToEveryPartition(payer, payer.event(new Payer.Order(PaymentCalls.orderId(), 1)), 1);
            Shares.assertAmong(pod, other);
        });
        await().atMost(ENDS_WITHIN).untilAsserted(() -> {
            double counted = consumed("completed", pod, other) + consumed("repeated", pod, other);
            assertTrue(counted >= orders.get() * PARTITIONS, orders + " orders, counted " + counted);
            assertEquals(0, new TopicContents(STACK, "payments").lag());
        });
    }

    private static void sendToEveryPartition(Payer payer, String event, int copies) {
        byte[] key = Long.toString(payer.user).getBytes(UTF_8);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, STACK.kafkaBootstrap()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = 0; i < copies * PARTITIONS; i++) {
                var _ = producer.send(new ProducerRecord<>("payments", i % PARTITIONS, key, event.getBytes(UTF_8)));
            }
            producer.flush();
        }
    }

    @Test
    void eventSentAHundredTimesByTwoProducers_oneDebitAndAHundredEqualOutcomes() throws Exception {
        TopicContents results = new TopicContents(STACK, "payment-results");
        Map<TopicPartition, Long> begin = results.ends();
        Payer payer = payer();
        Payer.Order order = new Payer.Order(PaymentCalls.orderId(), 40);
        byte[] event = payer.event(order).getBytes(UTF_8);
        Runnable producer = () -> PaymentCalls.send(
                STACK, Long.toString(payer.user).getBytes(UTF_8), Collections.nCopies(COPIES / 2, event));

        CompletableFuture.allOf(CompletableFuture.runAsync(producer), CompletableFuture.runAsync(producer))
                .join();

        await().atMost(ENDS_WITHIN)
                .untilAsserted(() ->
                        assertEquals(COPIES, outcomes(results, begin, order).size()));
        assertEquals(1, outcomes(results, begin, order).stream().distinct().count(), "outcomes that differ");
        assertEquals(1, consumed("completed", pod));
        assertEquals(COPIES - 1, consumed("repeated", pod));
        assertEquals(60, balance(payer));
        System.out.printf(
                "one event %d times: 1 applied, %d repeated, %d equal outcomes%n", COPIES, COPIES - 1, COPIES);
    }

    private static Payer payer() throws SQLException {
        try (Connection sql = STACK.sql()) {
            return Payer.create(sql, 100);
        }
    }

    private static List<String> outcomes(TopicContents results, Map<TopicPartition, Long> begin, Payer.Order order) {
        return results.since(begin).stream()
                .map(record -> new String(record.value(), UTF_8))
                .filter(outcome -> new JsonObject(outcome).getString("orderId").equals(order.id()))
                .toList();
    }

    private static double consumed(String outcome, Pod... pods) {
        return Metrics.of(Stream.of(pods).map(Pod::url).toArray(String[]::new))
                .sum("ballast_messaging_records_total", "topic=\"payments\"", "outcome=\"" + outcome + "\"");
    }

    private static long balance(Payer payer) throws SQLException {
        try (Connection sql = STACK.sql();
                Statement statement = sql.createStatement();
                ResultSet row = statement.executeQuery("SELECT balance FROM accounts WHERE user_id = " + payer.user)) {
            row.next();
            return row.getLong(1);
        }
    }
}
