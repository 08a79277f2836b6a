package dev.ballast.deadletters;

import static dev.ballast.payments.PaymentCalls.as;
import static dev.ballast.payments.PaymentCalls.soon;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.equalTo;

import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import io.restassured.path.json.JsonPath;
import io.restassured.specification.RequestSpecification;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// What tests of dead letters ask of the service, of Kafka and of PostgreSQL.
final class LetterCalls {
    private LetterCalls() {}

    static RequestSpecification operator() {
        return as(Tokens.operator());
    }

    /// An id that no user has.
    static long freeUserId() {
        return RandomGenerator.getDefault().nextLong(100_000_000_000L, 999_999_999_999L);
    }

    static byte[] bytes(long key) {
        return Long.toString(key).getBytes(UTF_8);
    }

    /// Writes one record and tells its id.
    static String write(Stack stack, String topic, byte[] key, byte[] value, Map<String, byte[]> headers) {
        return write(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, stack.kafkaBootstrap()), topic, key, value, headers);
    }

    /// Likewise, one that is larger than any producer of the service sends.
    static String writeCompressed(Stack stack, String topic, byte[] key, byte[] value) {
        Map<String, Object> settings = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                stack.kafkaBootstrap(),
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                "gzip",
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                2 * value.length,
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                2L * value.length);
        return write(settings, topic, key, value, Map.of());
    }

    private static String write(
            Map<String, Object> settings, String topic, byte[] key, byte[] value, Map<String, byte[]> headers) {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, key, value);
            headers.forEach((name, bytes) -> record.headers().add(name, bytes));
            RecordMetadata place = producer.send(record).get();
            return place.topic() + "-" + place.partition() + "-" + place.offset();
        } catch (ExecutionException failure) {
            throw new IllegalStateException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /// Writes a record of `payments` that dies, and waits for its letter.
    static String die(Stack stack, byte[] key, byte[] value) {
        String id = write(stack, "payments", key, value, Map.of());
        awaitLetter(id);
        return id;
    }

    static void awaitLetter(String id) {
        soon().until(() -> operator().get("/ops/dead-letters/{id}", id).statusCode(), equalTo(200));
    }

    static JsonPath letter(String id) {
        return operator()
                .get("/ops/dead-letters/{id}", id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    static String status(String id) {
        return letter(id).getString("status");
    }

    /// A letter of a topic's record that never was, with a value that no compression makes smaller.
    static String forge(Stack stack, String topic, int valueBytes) {
        String id = topic + "-0-" + freeUserId();
        execute(stack, """
                INSERT INTO dead_letters (id, topic, place, key, value, headers, reason, detail, cause, exception, attempts,
                                          dead_at, born_at, replays)
                SELECT '%1$s', '%2$s', 'forged-%1$s', 'key', COALESCE(string_agg(sha256(n::text::bytea), ''), ''), '',
                       'forged', '', '', '', 1, now(), now(), 0
                FROM generate_series(1, %3$d / 32) AS n""".formatted(id, topic, valueBytes));
        return id;
    }

    static void execute(Stack stack, String... statements) {
        try (Connection sql = stack.sql();
                Statement statement = sql.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    static long number(Stack stack, String query) {
        try (Connection sql = stack.sql();
                Statement statement = sql.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
