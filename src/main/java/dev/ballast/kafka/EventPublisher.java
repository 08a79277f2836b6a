package dev.ballast.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ballast.degradation.Condition;
import dev.ballast.degradation.Dependencies;
import dev.ballast.degradation.Dependency;
import dev.ballast.degradation.Outage;
import dev.ballast.degradation.Outcome;
import dev.ballast.tracing.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/// Publishes records and tells whether all in-sync replicas have them. Records of one key arrive in the
/// order of their calls as long as each waits for the one before.
@ApplicationScoped
public class EventPublisher {
    /// A record of this size may have come compressed, and fits into its next topic only if it is compressed
    /// again; a producer compresses all its records or none, and small ones are not worth the time.
    private static final int LARGE = 256 * 1024;

    /// Bytes of a record beyond which it cannot be published, before compression.
    public static final int LARGEST = 64 * 1024 * 1024;

    private final SendingThread sending;
    private final SendingThread sendingLarge;
    private final Map<String, SendingThread> apart = new ConcurrentHashMap<>();
    private final Function<String, SendingThread> newApart;
    private final Tracing tracing;
    private final MeterRegistry registry;
    private final Outage outage;
    private final Dependency dependency;

    @Inject
    EventPublisher(
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            KafkaSettings settings,
            Tracing tracing,
            MeterRegistry registry,
            Dependencies dependencies,
            @ConfigProperty(name = "kafka.bootstrap.servers") String address) {
        this.sending = new SendingThread("ballast-publisher", broker, settings, Map.of());
        this.sendingLarge = new SendingThread("ballast-large-publisher", broker, settings, SendingThread.LARGE_RECORDS);
        this.newApart =
                topic -> new SendingThread("ballast-publisher-" + topic, broker, settings, SendingThread.LARGE_RECORDS);
        this.tracing = tracing;
        this.dependency = dependencies.named(KafkaProbe.NAME);
        this.registry = registry;
        dependency.guardedBy("orders", this::isGone);
        this.outage = new Outage("Kafka", address, "KAFKA_BOOTSTRAP");
    }

    /// Publishes one record, carrying the current trace. Non-blocking, resumes on the caller's event loop.
    ///
    /// @param deadline how long to wait for the acknowledgment
    /// @return completes with the broker's acknowledgment; fails with [PublishFailed] when it did not come
    ///     in time, in which case the record may arrive later all the same
    public Uni<Void> publish(String topic, String key, byte[] value, Duration deadline) {
        return publish(new ProducerRecord<>(topic, key.getBytes(UTF_8), value), deadline);
    }

    /// Likewise, with headers; whatever trace they carry is replaced by the current one.
    public Uni<Void> publish(ProducerRecord<byte @Nullable [], byte @Nullable []> record, Duration deadline) {
        return publish(isLarge(record) ? sendingLarge : sending, record, deadline);
    }

    /// Likewise, on a thread and a producer of the topic's own, of which there should be few: a topic that is
    /// missing or takes nothing holds up what goes to no other one.
    public Uni<Void> publishApart(ProducerRecord<byte @Nullable [], byte @Nullable []> record, Duration deadline) {
        return publish(apart.computeIfAbsent(record.topic(), newApart), record, deadline);
    }

    private Uni<Void> publish(
            SendingThread thread, ProducerRecord<byte @Nullable [], byte @Nullable []> record, Duration deadline) {
        return tracing.within(() -> span(record.topic()), () -> {
            RecordTrace.put(record.headers());
            Uni<Void> sent = thread.send(record, deadline)
                    .ifNoItem()
                    .after(deadline)
                    .failWith(() -> new PublishFailed("no acknowledgment within " + deadline, null));
            return dependency
                    .watch(sent, EventPublisher::meaning)
                    .onItemOrFailure()
                    .invoke((done, failure) -> notice(record.topic(), failure));
        });
    }

    private SpanBuilder span(String topic) {
        return tracing.span("send " + topic)
                .setSpanKind(SpanKind.PRODUCER)
                .setAttribute("messaging.system", "kafka")
                .setAttribute("messaging.operation.type", "send")
                .setAttribute("messaging.operation.name", "send")
                .setAttribute("messaging.destination.name", topic);
    }

    /// Whether it is known that nothing comes of publishing but waiting. Unlike silence it lasts until the brokers have
    /// been well for a while: whoever can wait goes on trying meanwhile.
    public boolean isGone() {
        return dependency.condition() == Condition.GONE;
    }

    private static @Nullable Outcome meaning(Throwable failure) {
        return failure instanceof PublishFailed known ? known.outcome() : Outcome.of(failure);
    }

    /// Fetches the topic's metadata, so that the first record need not wait for it.
    Uni<Void> warmUp(String topic) {
        return sending.warmUp(topic);
    }

    private static boolean isLarge(ProducerRecord<byte @Nullable [], byte @Nullable []> record) {
        int size = length(record.key()) + length(record.value());
        for (Header header : record.headers()) {
            size += header.key().length() + length(header.value());
        }
        return size >= LARGE;
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private void notice(String topic, @Nullable Throwable failure) {
        registry.counter(
                        "ballast.kafka.publishes",
                        "topic",
                        topic,
                        "outcome",
                        failure == null ? "acknowledged" : "failed")
                .increment();
        if (failure == null) {
            outage.answered();
        } else {
            outage.failed(String.valueOf(failure.getMessage()));
        }
    }

    @PreDestroy
    void close() {
        sending.close();
        sendingLarge.close();
        apart.values().forEach(SendingThread::close);
    }
}
