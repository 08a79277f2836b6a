package dev.ballast.kafka;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/// The one thread that calls the producer, because `send` blocks while it has no metadata. A record whose
/// deadline has passed before its turn is not sent at all, so an outage leaves no backlog behind.
final class SendingThread {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final Map<String, Object> settings;
    private final ThreadPoolExecutor thread;
    private final LongSupplier ticker = System::nanoTime;

    /// Touched by the sending thread only, but for the close at shutdown.
    private volatile @Nullable Producer<byte @Nullable [], byte @Nullable []> producer;

    /// Compressed, and as large as a record can become that came compressed: its size is counted before compression.
    static final Map<String, Object> LARGE_RECORDS = Map.of(
            ProducerConfig.COMPRESSION_TYPE_CONFIG,
            "gzip",
            ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
            EventPublisher.LARGEST,
            ProducerConfig.BUFFER_MEMORY_CONFIG,
            (long) EventPublisher.LARGEST);

    /// @param more settings of this producer alone
    SendingThread(String name, Map<String, Object> broker, KafkaSettings config, Map<String, Object> more) {
        this.settings = producerSettings(broker, config);
        this.settings.put(ProducerConfig.CLIENT_ID_CONFIG, name);
        this.settings.putAll(more);
        this.thread = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(config.publishQueue()), task -> {
                    Thread sender = new Thread(task, name);
                    sender.setDaemon(true);
                    return sender;
                });
    }

    private static Map<String, Object> producerSettings(Map<String, Object> broker, KafkaSettings config) {
        Map<String, Object> settings = new HashMap<>(broker);
        settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, config.publishBlock().toMillis());
        settings.put(
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                (int) config.deliveryTimeout().toMillis() / 2);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int)
                config.deliveryTimeout().toMillis());
        return settings;
    }

    /// Sends once the returned `Uni` is subscribed to; fails with [PublishFailed].
    Uni<Void> send(ProducerRecord<byte @Nullable [], byte @Nullable []> record, Duration deadline) {
        return Uni.createFrom().emitter(emitter -> {
            long latest = ticker.getAsLong() + deadline.toNanos();
            submit(emitter, () -> {
                if (ticker.getAsLong() - latest >= 0) {
                    emitter.fail(new PublishFailed("Kafka takes records too slowly", null));
                } else {
                    sendNow(record, emitter);
                }
            });
        });
    }

    /// Fetches the topic's metadata, so that the first record need not wait for it.
    Uni<Void> warmUp(String topic) {
        return Uni.createFrom()
                .emitter(emitter -> submit(emitter, () -> {
                    try {
                        var unused = producer().partitionsFor(topic);
                        emitter.complete(null);
                    } catch (KafkaException failure) {
                        emitter.fail(new PublishFailed("no metadata of " + topic, failure));
                    }
                }));
    }

    private void submit(UniEmitter<? super Void> emitter, Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException full) {
            emitter.fail(new PublishFailed("too many records wait for Kafka", full));
        }
    }

    private void sendNow(
            ProducerRecord<byte @Nullable [], byte @Nullable []> record, UniEmitter<? super Void> emitter) {
        try {
            var unused = producer().send(record, (metadata, failure) -> {
                if (failure == null) {
                    emitter.complete(null);
                } else {
                    emitter.fail(new PublishFailed("Kafka did not take the record", failure));
                }
            });
        } catch (KafkaException | IllegalStateException failure) {
            emitter.fail(new PublishFailed("Kafka did not take the record", failure));
        }
    }

    /// Made on first use: its constructor fails while the brokers' names cannot be resolved.
    private Producer<byte @Nullable [], byte @Nullable []> producer() {
        Producer<byte @Nullable [], byte @Nullable []> existing = producer;
        if (existing != null) {
            return existing;
        }
        Producer<byte @Nullable [], byte @Nullable []> created = new KafkaProducer<>(settings);
        producer = created;
        return created;
    }

    void close() {
        thread.shutdown();
        Producer<byte @Nullable [], byte @Nullable []> existing = producer;
        if (existing != null) {
            existing.close(CLOSE_TIMEOUT);
        }
    }
}
