package dev.ballast.tracing;

import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.exporter.internal.grpc.GrpcExporter;
import io.opentelemetry.exporter.internal.grpc.GrpcSender;
import io.opentelemetry.exporter.internal.http.HttpExporter;
import io.opentelemetry.exporter.internal.otlp.traces.TraceRequestMarshaler;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.InternalTelemetryVersion;
import io.opentelemetry.sdk.internal.ComponentId;
import io.opentelemetry.sdk.internal.StandardComponentId.ExporterType;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.quarkus.opentelemetry.runtime.exporter.otlp.sender.VertxGrpcSender;
import io.quarkus.opentelemetry.runtime.exporter.otlp.sender.VertxHttpSender;
import io.quarkus.opentelemetry.runtime.exporter.otlp.tracing.VertxGrpcSpanExporter;
import io.quarkus.opentelemetry.runtime.exporter.otlp.tracing.VertxHttpSpanExporter;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.quarkus.tls.runtime.config.TlsConfigUtils;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Sends spans over OTLP with the extension's own senders. It connects with the first export, since tracing is set up
/// before Vert.x is. One thread exports; any may shut it down.
final class OtlpExporter implements SpanExporter {
    private final Target target;
    private final Supplier<Vertx> vertx;
    private final Supplier<TlsConfigurationRegistry> tls;
    private volatile @Nullable SpanExporter open;

    /// How the collector is reached.
    ///
    /// @param path of an export over HTTP, below the endpoint's
    record Target(URI endpoint, String path, Protocol protocol, Map<String, String> headers, Duration timeout) {}

    OtlpExporter(Target target, Supplier<Vertx> vertx, Supplier<TlsConfigurationRegistry> tls) {
        this.target = target;
        this.vertx = vertx;
        this.tls = tls;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        SpanExporter exporter = open;
        if (exporter == null) {
            exporter = target.protocol() == Protocol.GRPC ? grpc() : http();
            open = exporter;
        }
        return exporter.export(spans);
    }

    @Override
    public CompletableResultCode flush() {
        return CompletableResultCode.ofSuccess(); // nothing is held back here
    }

    @Override
    public CompletableResultCode shutdown() {
        SpanExporter exporter = open;
        return exporter == null ? CompletableResultCode.ofSuccess() : exporter.shutdown();
    }

    @SuppressWarnings("unchecked") // the extension's sender leaves the type of its messages out
    private SpanExporter grpc() {
        GrpcSender<TraceRequestMarshaler> sender = new VertxGrpcSender(
                target.endpoint(),
                VertxGrpcSender.GRPC_TRACE_SERVICE_NAME,
                false,
                target.timeout(),
                target.headers(),
                this::secure,
                vertx.get());
        return new VertxGrpcSpanExporter(new GrpcExporter<>(
                sender,
                InternalTelemetryVersion.LATEST,
                ComponentId.generateLazy(ExporterType.OTLP_GRPC_SPAN_EXPORTER),
                MeterProvider::noop,
                target.endpoint().toASCIIString()));
    }

    private SpanExporter http() {
        VertxHttpSender sender = new VertxHttpSender(
                target.endpoint(),
                target.path(),
                false,
                target.timeout(),
                target.headers(),
                "application/x-protobuf",
                this::secure,
                vertx.get());
        return new VertxHttpSpanExporter(new HttpExporter<>(
                ComponentId.generateLazy(ExporterType.OTLP_HTTP_SPAN_EXPORTER),
                sender,
                MeterProvider::noop,
                InternalTelemetryVersion.LATEST,
                target.endpoint().toASCIIString()));
    }

    /// `https` trusts what `quarkus.tls` says, else what the JVM trusts.
    private void secure(HttpClientOptions client) {
        if ("https".equals(target.endpoint().getScheme())) {
            client.setSsl(true).setUseAlpn(true);
            TlsConfiguration.from(tls.get(), Optional.empty())
                    .ifPresent(configuration -> TlsConfigUtils.configure(client, configuration));
        }
    }

    /// What the standard's variable may name.
    enum Protocol {
        GRPC,
        HTTP_PROTOBUF;

        static Optional<Protocol> named(String name) {
            return switch (name) {
                case "grpc" -> Optional.of(GRPC);
                case "http/protobuf" -> Optional.of(HTTP_PROTOBUF);
                default -> Optional.empty();
            };
        }
    }
}
