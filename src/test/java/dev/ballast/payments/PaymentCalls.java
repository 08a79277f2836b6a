package dev.ballast.payments;

import static io.restassured.RestAssured.given;

import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/// What tests of payments ask of the service and of Kafka.
public final class PaymentCalls {
    private PaymentCalls() {}

    public static RequestSpecification as(String token) {
        return given().header("Authorization", "Bearer " + token).contentType(ContentType.JSON);
    }

    public static RequestSpecification service() {
        return as(Tokens.service());
    }

    /// A user of the test's own, with an account in EUR that holds `balance`.
    public static long user(long balance) {
        long id = service()
                .body(Map.of(
                        "name",
                        "Pay Er",
                        "email",
                        UUID.randomUUID() + "@example.org",
                        "plan",
                        "pro",
                        "currency",
                        "EUR"))
                .post("/users")
                .then()
                .statusCode(201)
                .extract()
                .jsonPath()
                .getLong("id");
        if (balance > 0) {
            deposit(id, orderId(), balance).then().statusCode(200);
        }
        return id;
    }

    public static Response deposit(long userId, String depositId, long amount) {
        return service().body(Map.of("depositId", depositId, "amount", amount)).post("/accounts/{id}/deposits", userId);
    }

    public static Response pay(String orderId, long userId, long amount) {
        return service()
                .body(Map.of("orderId", orderId, "userId", userId, "amount", amount, "currency", "EUR"))
                .post("/payments");
    }

    public static String orderId() {
        return UUID.randomUUID().toString();
    }

    public static String status(String orderId) {
        Response answer = service().get("/payments/{id}", orderId);
        return answer.statusCode() == 200 ? answer.jsonPath().getString("status") : "HTTP " + answer.statusCode();
    }

    public static long balance(long userId) {
        return service().get("/accounts/{id}", userId).jsonPath().getLong("balance");
    }

    public static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(100));
    }

    public static String event(String orderId, long userId, long amount) {
        return "{\"eventId\":\"%s\",\"orderId\":\"%s\",\"userId\":%d,\"amount\":%d,\"currency\":\"EUR\",\"occurredAt\":\"2026-01-01T00:00:00Z\"}"
                .formatted(UUID.randomUUID(), orderId, userId, amount);
    }

    /// Writes records of one key into the topic and waits for the broker.
    public static void send(Stack stack, byte[] key, List<byte[]> values) {
        send(stack, "payments", key, values);
    }

    /// Likewise, into any topic.
    public static void send(Stack stack, String topic, byte[] key, List<byte[]> values) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        stack.kafkaBootstrap(),
                        ProducerConfig.COMPRESSION_TYPE_CONFIG,
                        "gzip",
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                        16 * 1024 * 1024),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            List<Future<RecordMetadata>> sent = values.stream()
                    .map(value -> producer.send(new ProducerRecord<>(topic, key, value)))
                    .toList();
            for (Future<RecordMetadata> record : sent) {
                record.get();
            }
        } catch (ExecutionException failure) {
            throw new IllegalStateException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// All records of the payments' dead-letter topic.
    public static List<ConsumerRecord<byte[], byte[]>> deadLetters(Stack stack) {
        return deadLetters(stack, "payments_dlq");
    }

    /// All records of a topic.
    public static List<ConsumerRecord<byte[], byte[]>> deadLetters(Stack stack, String topic) {
        List<ConsumerRecord<byte[], byte[]>> letters = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        stack.kafkaBootstrap(),
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < end.get(p))) {
                consumer.poll(Duration.ofMillis(200)).forEach(letters::add);
            }
        }
        return letters;
    }
}
