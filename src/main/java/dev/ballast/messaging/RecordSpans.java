package dev.ballast.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ballast.kafka.InboundRecord;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/// The spans of a record's way: one from its turn until it is finished, child of the span that its headers name, and
/// one below it for each attempt.
final class RecordSpans {
    private static final TextMapGetter<Headers> GETTER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Headers headers) {
            List<String> names = new ArrayList<>();
            headers.forEach(header -> names.add(header.key()));
            return names;
        }

        @Override
        public @Nullable String get(@Nullable Headers headers, String name) {
            Header header = headers == null ? null : headers.lastHeader(name);
            return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
        }
    };

    private final OpenTelemetry telemetry;
    private final Tracer tracer;
    private final String group;

    RecordSpans(OpenTelemetry telemetry, String group) {
        this.telemetry = telemetry;
        this.tracer = telemetry.getTracer("dev.ballast.messaging");
        this.group = group;
    }

    /// Runs the whole way of a record.
    <T> Uni<T> process(InboundRecord record, Supplier<Uni<T>> way) {
        return Uni.createFrom().deferred(() -> {
            Context sender =
                    telemetry.getPropagators().getTextMapPropagator().extract(Context.root(), record.headers(), GETTER);
            Span span = tracer.spanBuilder("process " + record.topic())
                    .setParent(sender)
                    .setSpanKind(SpanKind.CONSUMER)
                    .setAttribute("messaging.system", "kafka")
                    .setAttribute("messaging.operation.type", "process")
                    .setAttribute("messaging.operation.name", "process")
                    .setAttribute("messaging.destination.name", record.topic())
                    .setAttribute(
                            "messaging.destination.partition.id",
                            Integer.toString(record.id().partition()))
                    .setAttribute("messaging.kafka.offset", record.id().offset())
                    .setAttribute("messaging.consumer.group.name", group)
                    .startSpan();
            return within(sender.with(span), span, way);
        });
    }

    /// Runs one attempt.
    <T> Uni<T> attempt(int number, Supplier<Uni<T>> work) {
        return Uni.createFrom().deferred(() -> {
            Span span = tracer.spanBuilder("attempt")
                    .setAttribute("ballast.attempt", number)
                    .startSpan();
            return within(Context.current().with(span), span, work);
        });
    }

    /// The record's own Vert.x context holds the trace until the work is done, whatever it waits for.
    @SuppressWarnings("MustBeClosedChecker") // closed when the work is done, which is later
    private static <T> Uni<T> within(Context context, Span span, Supplier<Uni<T>> work) {
        Scope scope = context.makeCurrent();
        return Uni.createFrom()
                .deferred(work::get)
                .onFailure()
                .invoke(failure ->
                        span.setStatus(StatusCode.ERROR, failure.getClass().getName()))
                .onTermination()
                .invoke(() -> {
                    span.end();
                    scope.close();
                });
    }
}
