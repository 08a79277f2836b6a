package dev.ballast.fault;

import static org.awaitility.Awaitility.await;

import dev.ballast.stack.Stack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/// What lies in a topic, and how far the service says it is.
public final class TopicContents {
    /// The consumer group of payments.
    public static final String GROUP = "ballast-payments";

    private final Stack stack;
    private final String topic;

    public TopicContents(Stack stack, String topic) {
        this.stack = stack;
        this.topic = topic;
    }

    /// Waits until the service has made its topics: a pod may be ready before.
    public static void awaitTopics(Stack stack) {
        Stream.of("payments", "payments_dlq", "payment-results")
                .map(topic -> new TopicContents(stack, topic))
                .forEach(topic -> await().atMost(Duration.ofSeconds(60))
                        .until(() -> !topic.ends().isEmpty()));
    }

    /// Where each partition ends; empty while there is no such topic.
    public Map<TopicPartition, Long> ends() {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            return consumer.endOffsets(partitions(consumer));
        }
    }

    /// All records from these offsets to the end there is now.
    ///
    /// @param from as [#ends()] was; a partition that is not named is read from its beginning
    public List<ConsumerRecord<byte[], byte[]>> since(Map<TopicPartition, Long> from) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            List<TopicPartition> partitions = partitions(consumer);
            consumer.assign(partitions);
            partitions.forEach(partition -> consumer.seek(partition, from.getOrDefault(partition, 0L)));
            Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < end.get(partition))) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        return records;
    }

    /// Records that the group of payments has not finished yet, as lag tools see it.
    public long lag() {
        Map<TopicPartition, Long> ends = ends();
        Map<TopicPartition, Long> committed = committed();
        return ends.entrySet().stream()
                .mapToLong(end -> end.getValue() - committed.getOrDefault(end.getKey(), 0L))
                .sum();
    }

    private Map<TopicPartition, Long> committed() {
        try (Admin admin = admin(stack)) {
            Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(GROUP)
                    .partitionsToOffsetAndMetadata()
                    .get();
            Map<TopicPartition, Long> committed = new HashMap<>();
            offsets.forEach((partition, offset) -> committed.put(partition, offset == null ? 0 : offset.offset()));
            return committed;
        } catch (ExecutionException failure) {
            throw new IllegalStateException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    public static Admin admin(Stack stack) {
        return Admin.create(Map.of("bootstrap.servers", stack.kafkaBootstrap()));
    }

    private List<TopicPartition> partitions(KafkaConsumer<?, ?> consumer) {
        return consumer.listTopics().getOrDefault(topic, List.of()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, stack.kafkaBootstrap()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }
}
