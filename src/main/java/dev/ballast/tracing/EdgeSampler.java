package dev.ballast.tracing;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;
import java.util.function.DoubleSupplier;

/// Decides by chance alone whether a request that continues a stranger's trace is recorded: neither by the caller's
/// flag nor by the trace id, which is the caller's choice as well. All else is decided as usual: spans within the
/// service, and records from Kafka, whose flags are those of this service's own pods.
final class EdgeSampler implements Sampler {
    private final Sampler usual;
    private final double ratio;
    private final DoubleSupplier chance;

    /// @param ratio of the strangers' requests to record
    /// @param chance uniform from 0 to below 1
    EdgeSampler(Sampler usual, double ratio, DoubleSupplier chance) {
        this.usual = usual;
        this.ratio = ratio;
        this.chance = chance;
    }

    @Override
    public SamplingResult shouldSample(
            Context parent, String traceId, String name, SpanKind kind, Attributes attributes, List<LinkData> links) {
        SpanContext caller = Span.fromContext(parent).getSpanContext();
        if (kind == SpanKind.SERVER && caller.isValid() && caller.isRemote()) {
            return SamplingResult.create(
                    chance.getAsDouble() < ratio ? SamplingDecision.RECORD_AND_SAMPLE : SamplingDecision.DROP);
        }
        return usual.shouldSample(parent, traceId, name, kind, attributes, links);
    }

    @Override
    public String getDescription() {
        return "EdgeSampler{%s,%s}".formatted(ratio, usual.getDescription());
    }

    @Override
    public String toString() {
        return getDescription();
    }
}
