package dev.ballast.messaging;

import dev.ballast.kafka.InboundRecord;
import dev.ballast.kafka.RecordTrace;
import dev.ballast.messaging.Interruption.Abandoned;
import dev.ballast.tracing.Tracing;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.smallrye.mutiny.Uni;
import java.util.function.Supplier;

/// The spans of a record's way: one from its turn until it is finished, child of the span that its headers name, and
/// one below it for each attempt.
final class RecordSpans {
    private final Tracing tracing;
    private final String group;

    RecordSpans(Tracing tracing, String group) {
        this.tracing = tracing;
        this.group = group;
    }

    /// Runs the whole way of a record.
    <T> Uni<T> process(InboundRecord record, Supplier<Uni<T>> way) {
        return tracing.within(() -> span(record), way, RecordSpans::fail);
    }

    private SpanBuilder span(InboundRecord record) {
        return tracing.span("process " + record.topic())
                .setParent(RecordTrace.of(record.headers()))
                .setSpanKind(SpanKind.CONSUMER)
                .setAttribute("messaging.system", "kafka")
                .setAttribute("messaging.operation.type", "process")
                .setAttribute("messaging.operation.name", "process")
                .setAttribute("messaging.destination.name", record.topic())
                .setAttribute(
                        "messaging.destination.partition.id",
                        Integer.toString(record.id().partition()))
                .setAttribute("messaging.kafka.offset", record.id().offset())
                .setAttribute("messaging.consumer.group.name", group);
    }

    /// That a partition went to another pod is no error: it happens with every roll-out.
    private static void fail(Span span, Throwable failure) {
        if (failure instanceof Abandoned) {
            span.setAttribute(Tracing.OUTCOME, "abandoned");
        } else {
            Tracing.fail(span, failure);
        }
    }

    /// Says of a record's span that the record goes to the dead letters, which is no failure of the way there.
    static void died(Span process, Outcome.Poison poison) {
        Tracing.fail(process, poison.reason());
    }

    /// Runs one attempt.
    <T> Uni<T> attempt(int number, Supplier<Uni<T>> work) {
        return tracing.within(
                () -> tracing.span("attempt").setAttribute("ballast.attempt", number), work, RecordSpans::fail);
    }
}
