package dev.ballast.tracing;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;

/// Drops calls that are made for nobody, of probes and polls: each would be a trace of one span, several a second and
/// pod. Work that begins a trace has a span around its calls. All else is decided as usual.
final class CallSampler implements Sampler {
    private final Sampler usual;

    CallSampler(Sampler usual) {
        this.usual = usual;
    }

    @Override
    public SamplingResult shouldSample(
            Context parent, String traceId, String name, SpanKind kind, Attributes attributes, List<LinkData> links) {
        return kind == SpanKind.CLIENT
                        && !Span.fromContext(parent).getSpanContext().isValid()
                ? SamplingResult.drop()
                : usual.shouldSample(parent, traceId, name, kind, attributes, links);
    }

    @Override
    public String getDescription() {
        return "CallSampler{%s}".formatted(usual.getDescription());
    }

    @Override
    public String toString() {
        return getDescription();
    }
}
