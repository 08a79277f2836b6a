package dev.ballast.deadletters;

import dev.ballast.kafka.EventPublisher;
import dev.ballast.messaging.DeadLetterHeaders;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/// Publishes a letter's record as it was, in a new trace that links to the one in which it died.
@ApplicationScoped
class ReplaySender {
    private final EventPublisher publisher;
    private final DeadLetterSettings settings;
    private final Tracer tracer;

    @Inject
    ReplaySender(EventPublisher publisher, DeadLetterSettings settings, OpenTelemetry telemetry) {
        this.publisher = publisher;
        this.settings = settings;
        this.tracer = telemetry.getTracer("dev.ballast.deadletters");
    }

    /// Completes with the new trace's id once the brokers have the record.
    Uni<String> send(StoredLetter letter) {
        return Uni.createFrom().deferred(() -> {
            Span span = span(letter);
            return within(span, () -> publisher.publish(record(letter), settings.publishWait()))
                    .onFailure()
                    .invoke(failure ->
                            span.setStatus(StatusCode.ERROR, failure.getClass().getName()))
                    .onTermination()
                    .invoke(() -> span.end())
                    .replaceWith(() -> span.getSpanContext().getTraceId());
        });
    }

    /// The publisher takes the trace from the context that it is called in, which is why it is called in here and not
    /// before: a `Uni` remembers where it was made.
    private static Uni<Void> within(Span span, Supplier<Uni<Void>> work) {
        return Uni.createFrom().emitter(emitter -> {
            try (Scope _ = Context.root().with(span).makeCurrent()) {
                var _ = work.get().subscribe().with(emitter::complete, emitter::fail);
            }
        });
    }

    private Span span(StoredLetter letter) {
        LetterSummary summary = letter.summary();
        return tracer.spanBuilder("replay " + summary.topic())
                .setNoParent()
                .addLink(DeadLetter.traceOf(letter.headers()))
                .setSpanKind(SpanKind.PRODUCER)
                .setAttribute("messaging.system", "kafka")
                .setAttribute("messaging.operation.type", "send")
                .setAttribute("messaging.operation.name", "replay")
                .setAttribute("messaging.destination.name", summary.topic())
                .setAttribute("ballast.dead_letter.id", summary.id())
                .setAttribute("ballast.dead_letter.replays", summary.replays() + 1)
                .startSpan();
    }

    private static ProducerRecord<byte @Nullable [], byte @Nullable []> record(StoredLetter letter) {
        LetterSummary summary = letter.summary();
        Headers headers = new RecordHeaders(letter.headers());
        DeadLetterHeaders.strip(headers);
        DeadLetterHeaders.put(headers, DeadLetterHeaders.REPLAYS, Integer.toString(summary.replays() + 1));
        DeadLetterHeaders.put(headers, DeadLetterHeaders.REPLAY_OF, summary.id());
        return new ProducerRecord<>(summary.topic(), null, letter.key(), letter.value(), headers);
    }
}
