package dev.ballast.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ballast.degradation.Outage;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/// Publishes records and tells whether all in-sync replicas have them. Records of one key arrive in the
/// order of their calls as long as each waits for the one before.
@ApplicationScoped
public class EventPublisher {
    private final SendingThread sending;
    private final OpenTelemetry telemetry;
    private final DeliveryMetrics metrics;
    private final Outage outage;

    @Inject
    EventPublisher(
            SendingThread sending,
            OpenTelemetry telemetry,
            DeliveryMetrics metrics,
            @ConfigProperty(name = "kafka.bootstrap.servers") String address) {
        this.outage = new Outage("Kafka", address, "KAFKA_BOOTSTRAP");
        this.sending = sending;
        this.telemetry = telemetry;
        this.metrics = metrics;
    }

    /// Publishes one record, carrying the current trace. Non-blocking, resumes on the caller's event loop.
    ///
    /// @param deadline how long to wait for the acknowledgment
    /// @return completes with the broker's acknowledgment; fails with [PublishFailed] when it did not come
    ///     in time, in which case the record may arrive later all the same
    public Uni<Void> publish(String topic, String key, byte[] value, Duration deadline) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, key.getBytes(UTF_8), value);
        telemetry
                .getPropagators()
                .getTextMapPropagator()
                .inject(Context.current(), record.headers(), (headers, name, text) -> record.headers()
                        .remove(name)
                        .add(name, text.getBytes(UTF_8)));
        return sending.send(record, deadline)
                .ifNoItem()
                .after(deadline)
                .failWith(() -> new PublishFailed("no acknowledgment within " + deadline, null))
                .onItemOrFailure()
                .invoke((done, failure) -> notice(topic, failure))
                .emitOn(EventLoops.current());
    }

    private void notice(String topic, @Nullable Throwable failure) {
        metrics.published(topic, failure == null ? "acknowledged" : "failed");
        if (failure == null) {
            outage.answered();
        } else {
            outage.failed(String.valueOf(failure.getMessage()));
        }
    }
}
