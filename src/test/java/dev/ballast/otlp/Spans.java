package dev.ballast.otlp;

import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// All spans that arrived, however they came. Safe for use from every thread.
public final class Spans {
    private final Queue<ReceivedSpan> received = new ConcurrentLinkedQueue<>();

    Spans() {}

    /// Those of one trace so far.
    public Trace of(String traceId) {
        return new Trace(
                received.stream().filter(span -> span.traceId().equals(traceId)).toList());
    }

    public List<ReceivedSpan> all() {
        return List.copyOf(received);
    }

    void add(ExportTraceServiceRequest export) {
        for (ResourceSpans resource : export.getResourceSpansList()) {
            String service = ReceivedSpan.attributes(resource.getResource().getAttributesList())
                    .getOrDefault("service.name", "");
            for (ScopeSpans scope : resource.getScopeSpansList()) {
                for (Span span : scope.getSpansList()) {
                    received.add(ReceivedSpan.of(service, span));
                }
            }
        }
    }
}
