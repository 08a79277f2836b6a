package dev.ballast.otlp;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A span as it arrived.
///
/// @param parentId empty for the root of a trace
/// @param service the resource's `service.name`
/// @param startNanos since 1970, by the sender's clock
/// @param attributes values as text
/// @param links trace id and span id of each, `trace/span`
public record ReceivedSpan(
        String service,
        String traceId,
        String spanId,
        String parentId,
        String name,
        Kind kind,
        long startNanos,
        long endNanos,
        boolean isError,
        Map<String, String> attributes,
        List<Event> events,
        List<String> links) {
    /// What part a span has in its trace.
    public enum Kind {
        INTERNAL,
        SERVER,
        CLIENT,
        PRODUCER,
        CONSUMER
    }

    /// Something that happened within a span.
    public record Event(String name, Map<String, String> attributes) {}

    static ReceivedSpan of(String service, Span span) {
        return new ReceivedSpan(
                service,
                hex(span.getTraceId()),
                hex(span.getSpanId()),
                hex(span.getParentSpanId()),
                span.getName(),
                kind(span.getKind()),
                span.getStartTimeUnixNano(),
                span.getEndTimeUnixNano(),
                span.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR,
                attributes(span.getAttributesList()),
                span.getEventsList().stream()
                        .map(event -> new Event(event.getName(), attributes(event.getAttributesList())))
                        .toList(),
                span.getLinksList().stream()
                        .map(link -> hex(link.getTraceId()) + "/" + hex(link.getSpanId()))
                        .toList());
    }

    /// The value of an attribute; empty where there is none.
    public String attribute(String key) {
        return attributes.getOrDefault(key, "");
    }

    static Map<String, String> attributes(List<KeyValue> pairs) {
        Map<String, String> attributes = new TreeMap<>();
        pairs.forEach(pair -> attributes.put(pair.getKey(), text(pair.getValue())));
        return attributes;
    }

    private static String text(AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
            case INT_VALUE -> Long.toString(value.getIntValue());
            case DOUBLE_VALUE -> Double.toString(value.getDoubleValue());
            case ARRAY_VALUE ->
                value.getArrayValue().getValuesList().stream()
                        .map(ReceivedSpan::text)
                        .toList()
                        .toString();
            case KVLIST_VALUE ->
                attributes(value.getKvlistValue().getValuesList()).toString();
            default -> value.toString();
        };
    }

    private static Kind kind(Span.SpanKind kind) {
        return switch (kind) {
            case SPAN_KIND_SERVER -> Kind.SERVER;
            case SPAN_KIND_CLIENT -> Kind.CLIENT;
            case SPAN_KIND_PRODUCER -> Kind.PRODUCER;
            case SPAN_KIND_CONSUMER -> Kind.CONSUMER;
            default -> Kind.INTERNAL;
        };
    }

    private static String hex(ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }
}
