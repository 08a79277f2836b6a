package dev.ballast.otlp;

import com.google.protobuf.TextFormat;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// All spans that arrived, however they came. Safe for use from every thread.
public final class Spans {
    private final Queue<ReceivedSpan> received = new ConcurrentLinkedQueue<>();
    private final Queue<ExportTraceServiceRequest> exports = new ConcurrentLinkedQueue<>();
    private final boolean keeping;

    /// @param keeping exports as they came, for [#telling]
    Spans(boolean keeping) {
        this.keeping = keeping;
    }

    /// Those of one trace so far.
    public Trace of(String traceId) {
        return new Trace(
                received.stream().filter(span -> span.traceId().equals(traceId)).toList());
    }

    public List<ReceivedSpan> all() {
        return List.copyOf(received);
    }

    /// The lines of all exports, whole as they came (status, states, links, resources and scopes included), in which
    /// any of these stands.
    public List<String> telling(Collection<String> secrets) {
        if (!keeping || exports.isEmpty()) {
            throw new IllegalStateException("no export was kept");
        }
        return exports.stream()
                .flatMap(export -> TextFormat.printer()
                        .escapingNonAscii(false)
                        .printToString(export)
                        .lines())
                .filter(line -> secrets.stream().anyMatch(line::contains))
                .distinct()
                .toList();
    }

    void add(ExportTraceServiceRequest export) {
        if (keeping) {
            exports.add(export);
        }
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
