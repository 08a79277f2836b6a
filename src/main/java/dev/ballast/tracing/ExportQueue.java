package dev.ballast.tracing;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;

/// Keeps ended spans for the collector, so that no request ever waits for it. Places are limited, and spans
/// keep theirs while they are under way: what finds none is dropped, and so is a batch that the collector did not
/// take in time. No drop goes uncounted, which the batch processor of the SDK alone, having no meters here, would
/// let happen.
///
/// Spans end on any thread; exports run on the batch processor's own, one at a time.
final class ExportQueue implements SpanProcessor {
    private final ExportCounts counts;
    private final int capacity;
    private final SpanProcessor batches;

    /// Its size and its pace.
    ///
    /// @param capacity spans that may wait
    /// @param batch at most so many go at once
    /// @param delay how long a span waits for others, at most
    /// @param patience for the collector, with each batch
    record Plan(int capacity, int batch, Duration delay, Duration patience) {}

    ExportQueue(SpanExporter exporter, Plan plan, ExportCounts counts) {
        this.counts = counts;
        this.capacity = plan.capacity();
        this.batches = BatchSpanProcessor.builder(new Counted(exporter, plan.patience(), counts))
                .setMaxQueueSize(plan.capacity())
                .setMaxExportBatchSize(Math.min(plan.batch(), plan.capacity()))
                .setScheduleDelay(plan.delay())
                .setExporterTimeout(plan.patience())
                .build();
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
        // not asked for
    }

    @Override
    public boolean isStartRequired() {
        return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
        if (span.getSpanContext().isSampled() && counts.admit(capacity)) {
            batches.onEnd(span);
        }
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }

    @Override
    public CompletableResultCode shutdown() {
        return batches.shutdown();
    }

    @Override
    public CompletableResultCode forceFlush() {
        return batches.forceFlush();
    }

    /// Tells the counts what became of each batch. It waits for that, as the batch processor would do next: the
    /// senders do not always say that they have given up.
    private record Counted(SpanExporter exporter, Duration patience, ExportCounts counts) implements SpanExporter {
        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            boolean arrived = false;
            try {
                arrived = exporter.export(spans)
                        .join(patience.toMillis(), TimeUnit.MILLISECONDS)
                        .isSuccess();
            } finally {
                counts.settle(spans.size(), arrived);
            }
            return arrived ? CompletableResultCode.ofSuccess() : CompletableResultCode.ofFailure();
        }

        @Override
        public CompletableResultCode flush() {
            return exporter.flush();
        }

        @Override
        public CompletableResultCode shutdown() {
            return exporter.shutdown();
        }
    }
}
