package dev.ballast.otlp;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/// A real collector's receiving end, on a free port of this machine: OTLP over HTTP with protobuf bodies.
///
/// ```java
/// try (OtlpReceiver collector = OtlpReceiver.start();
///         Pod pod = stack.pod("a").environment("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url())
///                 .environment("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf").start()) {
///     Trace trace = collector.trace(response.header("X-Trace-Id"));
/// ```
public final class OtlpReceiver implements AutoCloseable {
    private static final String TRACES = "/v1/traces";
    private static final String PROTOBUF = "application/x-protobuf";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Spans spans = new Spans();
    private final HttpServer server;

    private OtlpReceiver() {
        server = done(vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setDecompressionSupported(true))
                .requestHandler(this::take)
                .listen(0));
    }

    public static OtlpReceiver start() {
        return new OtlpReceiver();
    }

    /// As `OTEL_EXPORTER_OTLP_ENDPOINT` takes it.
    public String url() {
        return "http://127.0.0.1:" + server.actualPort();
    }

    /// A trace, once the span of the request that began it is there. The exporter sends spans in the order in which
    /// they ended, so all that ended before that one are there too; what went on behind the answer may be missing.
    public Trace trace(String traceId) {
        Awaitility.await("the server span of trace " + traceId)
                .pollInterval(Duration.ofMillis(20))
                .atMost(PATIENCE)
                .until(() -> spans.of(traceId).hasServer());
        return spans.of(traceId);
    }

    /// Like [#trace], once there are at least so many spans of this kind, those behind the answer included.
    public Trace trace(String traceId, int atLeast, ReceivedSpan.Kind kind) {
        Awaitility.await(atLeast + " spans " + kind + " of trace " + traceId)
                .pollInterval(Duration.ofMillis(20))
                .atMost(PATIENCE)
                .until(() -> spans.of(traceId).hasServer()
                        && spans.of(traceId).of(kind).size() >= atLeast);
        return spans.of(traceId);
    }

    /// Everything received so far.
    public Spans spans() {
        return spans;
    }

    @Override
    public void close() {
        done(vertx.close());
    }

    private void take(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            if (!TRACES.equals(request.path())) {
                request.response().setStatusCode(404).end();
            } else if (!PROTOBUF.equals(request.getHeader("Content-Type"))) {
                request.response().setStatusCode(415).end();
            } else {
                answer(request, body);
            }
        });
    }

    private void answer(HttpServerRequest request, Buffer body) {
        try {
            spans.add(ExportTraceServiceRequest.parseFrom(body.getBytes()));
            request.response()
                    .putHeader("Content-Type", PROTOBUF)
                    .end(Buffer.buffer(
                            ExportTraceServiceResponse.getDefaultInstance().toByteArray()));
        } catch (InvalidProtocolBufferException e) {
            request.response().setStatusCode(400).end(e.getMessage());
        }
    }

    private static <T> T done(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }
}
