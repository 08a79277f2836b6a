package dev.ballast.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ballast.stack.Stack;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/// The consumer that is written first: a loop that polls, debits in a transaction for each record, and commits its
/// offsets after each poll. It applies an order once, and does nothing else of what the service does.
final class NaivePayments {
    private static final Duration POLL = Duration.ofMillis(100);

    private final Stack stack;
    private final String topic;

    NaivePayments(Stack stack, String topic) {
        this.stack = stack;
        this.topic = topic;
    }

    /// Settles this many records.
    ///
    /// @return when each was committed, in nanoseconds
    List<Long> settle(int count) throws SQLException {
        List<Long> done = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer();
                Connection sql = stack.sql();
                PreparedStatement order = sql.prepareStatement("""
                        INSERT INTO orders (order_id, user_id, amount, currency, fingerprint, status, settled_at, published_at)
                        VALUES (?, ?, ?, ?, '', 'COMPLETED', now(), now()) ON CONFLICT DO NOTHING
                        """);
                PreparedStatement debit =
                        sql.prepareStatement("UPDATE accounts SET balance = balance - ? WHERE user_id = ?")) {
            sql.setAutoCommit(false);
            while (done.size() < count) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    apply(new JsonObject(new String(record.value(), UTF_8)), order, debit);
                    sql.commit();
                    done.add(System.nanoTime());
                }
                consumer.commitSync();
            }
        }
        return done;
    }

    /// Takes this many records and does nothing with them.
    List<Long> ignore(int count) {
        List<Long> done = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            while (done.size() < count) {
                consumer.poll(POLL).forEach(record -> done.add(System.nanoTime()));
                consumer.commitSync();
            }
        }
        return done;
    }

    private static void apply(JsonObject event, PreparedStatement order, PreparedStatement debit) throws SQLException {
        order.setString(1, event.getString("orderId"));
        order.setLong(2, event.getLong("userId"));
        order.setLong(3, event.getLong("amount"));
        order.setString(4, event.getString("currency"));
        if (order.executeUpdate() == 1) {
            debit.setLong(1, event.getLong("amount"));
            debit.setLong(2, event.getLong("userId"));
            debit.executeUpdate();
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        stack.kafkaBootstrap(),
                        "group.id",
                        UUID.randomUUID().toString(),
                        "auto.offset.reset",
                        "earliest",
                        "enable.auto.commit",
                        false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.subscribe(List.of(topic));
        return consumer;
    }
}
