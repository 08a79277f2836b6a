package dev.ballast.otlp;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Ports;
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
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;

/// A real collector's receiving end, on a free port of this machine: OTLP over HTTP with protobuf bodies, and over
/// gRPC, on one port. It can be as unwell as a collector: closed, slow, or refusing what it gets.
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
    private final Spans spans;
    private final AtomicLong httpExports = new AtomicLong();
    private final AtomicLong grpcExports = new AtomicLong();
    private final int port;
    private HttpServer server;
    private boolean refuses;
    private volatile int status = 200;
    private volatile Duration delay = Duration.ZERO;

    private OtlpReceiver(boolean keeping) {
        spans = new Spans(keeping);
        port = Ports.anyFree();
        server = listen();
    }

    public static OtlpReceiver start() {
        return new OtlpReceiver(false);
    }

    /// One that keeps every export as it came, to be looked through.
    public static OtlpReceiver startKeeping() {
        return new OtlpReceiver(true);
    }

    /// Ends all connections; the port refuses.
    public void refuse() {
        refuses = true;
        done(server.close());
        Awaitility.await("nobody listens on " + port) // the socket is closed a moment after the server says so
                .pollInterval(Duration.ofMillis(10))
                .atMost(PATIENCE)
                .until(() -> !Ports.answers(port));
    }

    /// Answers each export with this status, and keeps nothing unless it is 200. Over gRPC, any other is `UNAVAILABLE`.
    public void answer(int newStatus) {
        status = newStatus;
    }

    /// Answers each export so much later.
    public void lag(Duration newDelay) {
        delay = newDelay;
    }

    /// Well again, on the same port.
    public void heal() {
        status = 200;
        delay = Duration.ZERO;
        if (refuses) {
            server = listen();
            refuses = false;
        }
    }

    /// Exports that came over HTTP and were kept.
    public long httpExports() {
        return httpExports.get();
    }

    /// Exports that came over gRPC and were kept.
    public long grpcExports() {
        return grpcExports.get();
    }

    /// As `OTEL_EXPORTER_OTLP_ENDPOINT` takes it.
    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /// Has a pod that is to be started send what it records here, soon and over HTTP.
    public Pod hears(Pod pod) {
        return pod.environment("OTEL_EXPORTER_OTLP_ENDPOINT", url())
                .environment("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
                .property("quarkus.otel.bsp.schedule.delay", "PT0.1S");
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

    private HttpServer listen() {
        return done(vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setDecompressionSupported(true))
                .requestHandler(this::take)
                .listen(port));
    }

    private void take(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            if (delay.isZero()) {
                answer(request, body);
            } else {
                vertx.setTimer(delay.toMillis(), _ -> answer(request, body));
            }
        });
    }

    private void answer(HttpServerRequest request, Buffer body) {
        try {
            if (GrpcCall.EXPORT.equals(request.path())) {
                answerGrpc(request, body);
            } else {
                answerHttp(request, body);
            }
        } catch (InvalidProtocolBufferException e) {
            request.response().setStatusCode(400).end(e.getMessage());
        }
    }

    private void answerGrpc(HttpServerRequest request, Buffer body) throws InvalidProtocolBufferException {
        if (status != 200) {
            GrpcCall.fail(request.response(), GrpcCall.UNAVAILABLE);
            return;
        }
        spans.add(ExportTraceServiceRequest.parseFrom(GrpcCall.message(body)));
        grpcExports.incrementAndGet();
        GrpcCall.complete(
                request.response(),
                ExportTraceServiceResponse.getDefaultInstance().toByteArray());
    }

    private void answerHttp(HttpServerRequest request, Buffer body) throws InvalidProtocolBufferException {
        if (!TRACES.equals(request.path())) {
            request.response().setStatusCode(404).end();
        } else if (!PROTOBUF.equals(request.getHeader("Content-Type"))) {
            request.response().setStatusCode(415).end();
        } else if (status != 200) {
            request.response().setStatusCode(status).end();
        } else {
            spans.add(ExportTraceServiceRequest.parseFrom(body.getBytes()));
            httpExports.incrementAndGet();
            request.response()
                    .putHeader("Content-Type", PROTOBUF)
                    .end(Buffer.buffer(
                            ExportTraceServiceResponse.getDefaultInstance().toByteArray()));
        }
    }

    private static <T> T done(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }
}
