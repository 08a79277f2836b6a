package dev.ballast.tracing;

import dev.ballast.problem.InvalidSettings;
import dev.ballast.tracing.OtlpExporter.Protocol;
import dev.ballast.tracing.OtlpExporter.Target;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.quarkus.opentelemetry.runtime.config.runtime.BatchSpanProcessorConfig;
import io.quarkus.opentelemetry.runtime.config.runtime.OTelRuntimeConfig;
import io.quarkus.opentelemetry.runtime.exporter.otlp.sender.VertxHttpSender;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/// Hands the SDK the way to the collector, and the metrics what became of the spans.
@Singleton
class SpanExport {
    private static final Logger LOG = Logger.getLogger(SpanExport.class);

    private final ExportSettings settings;
    private final ExportCounts counts = new ExportCounts();

    @Inject
    SpanExport(ExportSettings settings) {
        this.settings = settings;
    }

    /// Without an endpoint it does nothing.
    @Produces
    @Singleton
    SpanProcessor queue(OTelRuntimeConfig otel, Instance<Vertx> vertx, Instance<TlsConfigurationRegistry> tls) {
        Optional<URI> endpoint = endpoint(settings);
        if (endpoint.isEmpty()) {
            return SpanProcessor.composite();
        }
        BatchSpanProcessorConfig batches = otel.bsp();
        InvalidSettings.refuse(problems(endpoint.get(), settings, batches));
        Target target = target(settings, endpoint.get());
        return new ExportQueue(
                new OtlpExporter(target, vertx::get, tls::get),
                new ExportQueue.Plan(
                        batches.maxQueueSize(),
                        batches.maxExportBatchSize(),
                        batches.scheduleDelay(),
                        patience(settings, batches)),
                counts);
    }

    private static Optional<URI> endpoint(ExportSettings settings) {
        return settings.tracesEndpoint().or(settings::endpoint);
    }

    /// The standard adds the path of traces to the endpoint of everything, and nothing to that of traces alone.
    static Target target(ExportSettings settings, URI endpoint) {
        boolean asItIs = settings.tracesEndpoint().isPresent();
        String path = endpoint.getRawPath();
        return new Target(
                asItIs ? endpoint.resolve("/") : endpoint,
                asItIs ? (path.isEmpty() ? "/" : path) : VertxHttpSender.TRACES_PATH,
                Protocol.named(settings.protocol()).orElseThrow(),
                ExportHeaders.of(settings.headers().orElse("")),
                Duration.ofMillis(settings.timeoutMs()));
    }

    /// Who lets the collector be silent for longer does not want its batches given up before.
    static Duration patience(ExportSettings settings, BatchSpanProcessorConfig batches) {
        Duration silence = Duration.ofMillis(settings.timeoutMs());
        return silence.compareTo(batches.exportTimeout()) > 0 ? silence : batches.exportTimeout();
    }

    /// Not the whole address, which may have a password in it.
    void say(@Observes StartupEvent started, OTelRuntimeConfig otel) {
        Optional<URI> endpoint = otel.sdkDisabled() ? Optional.empty() : endpoint(settings);
        endpoint.ifPresentOrElse(
                uri -> LOG.infof(
                        "Traces go to %s://%s%s over %s",
                        uri.getScheme(),
                        uri.getHost(),
                        uri.getPort() < 0 ? "" : ":" + uri.getPort(),
                        settings.protocol()),
                () -> LOG.info(
                        "Traces go nowhere: OTEL_EXPORTER_OTLP_ENDPOINT is not set, or OTEL_SDK_DISABLED is true"));
    }

    void measure(@Observes StartupEvent started, MeterRegistry registry) {
        FunctionCounter.builder("ballast.tracing.spans.exported", counts, ExportCounts::exported)
                .description("spans the collector took")
                .register(registry);
        FunctionCounter.builder("ballast.tracing.spans.dropped", counts, ExportCounts::queueFull)
                .description("spans that went nowhere")
                .tag("reason", "queue-full")
                .register(registry);
        FunctionCounter.builder("ballast.tracing.spans.dropped", counts, ExportCounts::failed)
                .description("spans that went nowhere")
                .tag("reason", "export-failed")
                .register(registry);
        Gauge.builder("ballast.tracing.spans.waiting", counts, ExportCounts::waiting)
                .description("spans that wait for the collector, those on their way included")
                .register(registry);
    }

    static List<String> problems(URI endpoint, ExportSettings settings, BatchSpanProcessorConfig batches) {
        List<String> problems = new ArrayList<>();
        if (endpoint.getHost() == null || !List.of("http", "https").contains(endpoint.getScheme())) {
            problems.add((settings.tracesEndpoint().isPresent()
                            ? "ballast.tracing.export.traces-endpoint (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)"
                            : "ballast.tracing.export.endpoint (OTEL_EXPORTER_OTLP_ENDPOINT)")
                    + " is " + endpoint + ": http://host:port or https://host:port");
        }
        if (Protocol.named(settings.protocol()).isEmpty()) {
            problems.add("ballast.tracing.export.protocol (OTEL_EXPORTER_OTLP_PROTOCOL) is " + settings.protocol()
                    + ": grpc or http/protobuf");
        }
        if (settings.timeoutMs() < 1_000) {
            problems.add("ballast.tracing.export.timeout-ms (OTEL_EXPORTER_OTLP_TIMEOUT) is " + settings.timeoutMs()
                    + ": 1000 or more");
        }
        if (batches.maxQueueSize() < 1 || batches.maxExportBatchSize() < 1) {
            problems.add("quarkus.otel.bsp.max.queue.size (OTEL_BSP_MAX_QUEUE_SIZE) and .max.export.batch.size"
                    + " (OTEL_BSP_MAX_EXPORT_BATCH_SIZE): 1 or more");
        }
        if (batches.scheduleDelay().toMillis() < 1) {
            problems.add("quarkus.otel.bsp.schedule.delay (OTEL_BSP_SCHEDULE_DELAY) is " + batches.scheduleDelay()
                    + ": a millisecond or more");
        }
        if (batches.exportTimeout().toMillis() < 1) {
            problems.add("quarkus.otel.bsp.export.timeout (OTEL_BSP_EXPORT_TIMEOUT) is " + batches.exportTimeout()
                    + ": a millisecond or more");
        }
        problems.addAll(ExportHeaders.problems(settings.headers().orElse("")));
        return problems;
    }
}
