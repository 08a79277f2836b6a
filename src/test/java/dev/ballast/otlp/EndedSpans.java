package dev.ballast.otlp;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// The spans that ended within this process, for tests without a pod. Safe for use from every thread.
public final class EndedSpans implements SpanProcessor {
    private final Queue<SpanData> ended = new ConcurrentLinkedQueue<>();
    private final OpenTelemetry telemetry = OpenTelemetrySdk.builder()
            .setTracerProvider(
                    SdkTracerProvider.builder().addSpanProcessor(this).build())
            .build();

    /// What makes them.
    public OpenTelemetry telemetry() {
        return telemetry;
    }

    /// In the order in which they ended.
    public List<SpanData> all() {
        return List.copyOf(ended);
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
        // only how it ends is of interest
    }

    @Override
    public boolean isStartRequired() {
        return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
        ended.add(span.toSpanData());
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }
}
