package dev.ballast.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Every sampled span that ends is waiting, exported or dropped, whatever the collector does.
class ExportQueueTest {
    private static final int CAPACITY = 8;

    private final ExportCounts counts = new ExportCounts();
    private final Collector collector = new Collector();
    private final ExportQueue queue = new ExportQueue(
            collector, new ExportQueue.Plan(CAPACITY, 4, Duration.ofMillis(5), Duration.ofMillis(200)), counts);
    private final SdkTracerProvider provider =
            SdkTracerProvider.builder().addSpanProcessor(queue).build();

    @AfterEach
    void close() {
        collector.gate.countDown();
        assertTrue(provider.shutdown().join(5, TimeUnit.SECONDS).isDone());
    }

    @Test
    void end_collectorWell_allAreExported() {
        collector.gate.countDown();
        end(5);
        awaitNoneWaiting();
        assertEquals(5, counts.exported());
        assertEquals(5, collector.taken.get());
        assertEquals(0, counts.failed() + counts.queueFull());
    }

    @Test
    void end_collectorHangs_whatFindsNoPlaceIsDroppedAndCounted() {
        end(50);
        assertEquals(CAPACITY, counts.waiting(), "those on their way included");
        assertEquals(50 - CAPACITY, counts.queueFull());
        collector.gate.countDown();
        awaitNoneWaiting();
        assertEquals(CAPACITY, counts.exported());
        assertEquals(CAPACITY, collector.taken.get());
    }

    @Test
    void end_collectorRefuses_eachSpanIsCountedOnce() {
        collector.answer = Answer.REFUSES;
        collector.gate.countDown();
        end(6);
        awaitNoneWaiting();
        assertEquals(6, counts.failed());
        assertEquals(0, counts.exported());
    }

    @Test
    void end_senderThrows_eachSpanIsCountedOnce() {
        collector.answer = Answer.THROWS;
        collector.gate.countDown();
        end(6);
        awaitNoneWaiting();
        assertEquals(6, counts.failed());
    }

    @Test
    void end_senderNeverTells_itIsGivenUpAndThePlacesAreFree() {
        collector.answer = Answer.FORGETS;
        collector.gate.countDown();
        end(6);
        awaitNoneWaiting();
        assertEquals(6, counts.failed());
        collector.answer = Answer.TAKES;
        end(3);
        awaitNoneWaiting();
        assertEquals(3, counts.exported());
    }

    @Test
    void end_notSampled_isNotCounted() {
        try (SdkTracerProvider off = SdkTracerProvider.builder()
                .setSampler(Sampler.alwaysOff())
                .addSpanProcessor(queue)
                .build()) {
            off.get("test").spanBuilder("span").startSpan().end();
        }
        assertEquals(0, counts.waiting() + counts.exported() + counts.failed() + counts.queueFull());
    }

    @Test
    void end_manyThreadsAndAMoodyCollector_sumIsExact() throws InterruptedException {
        collector.answer = Answer.ALTERNATES;
        collector.gate.countDown();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 4; i++) {
                threads.execute(() -> end(5_000));
            }
        }
        awaitNoneWaiting();
        assertEquals(20_000, counts.exported() + counts.failed() + counts.queueFull());
        assertEquals(collector.taken.get(), counts.exported());
        assertTrue(counts.queueFull() > 0, "the queue was full now and then");
    }

    private void end(int spans) {
        Tracer tracer = provider.get("test");
        for (int i = 0; i < spans; i++) {
            tracer.spanBuilder("span").startSpan().end();
        }
    }

    private void awaitNoneWaiting() {
        Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> counts.waiting() == 0);
    }

    private enum Answer {
        TAKES,
        REFUSES,
        THROWS,
        FORGETS,
        ALTERNATES
    }

    /// Answers nothing until its gate opens.
    private static final class Collector implements SpanExporter {
        final CountDownLatch gate = new CountDownLatch(1);
        final AtomicInteger taken = new AtomicInteger();
        private final AtomicInteger calls = new AtomicInteger();
        volatile Answer answer = Answer.TAKES;

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return switch (answer) {
                case TAKES -> take(spans);
                case REFUSES -> CompletableResultCode.ofFailure();
                case THROWS -> throw new IllegalStateException("as told");
                case FORGETS -> new CompletableResultCode();
                case ALTERNATES -> calls.incrementAndGet() % 2 == 0 ? take(spans) : CompletableResultCode.ofFailure();
            };
        }

        private CompletableResultCode take(Collection<SpanData> spans) {
            taken.addAndGet(spans.size());
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }
}
