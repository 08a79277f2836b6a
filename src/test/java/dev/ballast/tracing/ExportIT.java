package dev.ballast.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.load.Load;
import dev.ballast.load.Metrics;
import dev.ballast.otlp.OtlpReceiver;
import dev.ballast.otlp.ReceivedSpan;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Traces leave by the standard variables alone, over gRPC and over HTTP, and a collector that is unwell costs spans,
/// which are counted, and no request anything.
class ExportIT {
    private static final Stack STACK = Stack.shared();
    private static final String SERVICE = Tokens.service();
    private static final int PLACES = 512;
    /// By number and not by time: far more than can wait and be tried meanwhile, also where a machine is slow.
    private static final int REQUESTS = 4 * PLACES;

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static OtlpReceiver collector;
    private static Pod overGrpc;
    private static Pod overHttp;

    /// The pods by how they export.
    enum Protocol {
        GRPC,
        HTTP;

        Pod pod() {
            return this == GRPC ? overGrpc : overHttp;
        }
    }

    @BeforeAll
    static void startPods() throws InterruptedException {
        collector = OtlpReceiver.start();
        // gRPC is the default
        overGrpc =
                pod("export-grpc").environment("OTEL_SERVICE_NAME", "by-grpc").start();
        overHttp = pod("export-http")
                .environment("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
                .environment("OTEL_RESOURCE_ATTRIBUTES", "service.name=by-http,deployment.environment.name=test")
                .start();
        for (Protocol protocol : Protocol.values()) { // what follows is not about how a JVM warms up
            new Load(protocol.pod().url(), SERVICE, 16).run(Duration.ofSeconds(3), _ -> "/users/1");
        }
    }

    @AfterAll
    static void endPods() {
        overGrpc.close();
        overHttp.close();
        collector.close();
    }

    @AfterEach
    void heal() {
        collector.heal();
    }

    @Test
    void export_grpcByDefault_arrivesUnderTheServicesName() throws Exception {
        long before = collector.grpcExports();
        ReceivedSpan request =
                collector.trace(traceId(get(overGrpc, "/users/1"))).server();
        assertEquals("by-grpc", request.service());
        assertTrue(collector.grpcExports() > before, "it came over gRPC");
    }

    @Test
    void export_httpProtobuf_arrivesUnderTheServicesName() throws Exception {
        long before = collector.httpExports();
        ReceivedSpan request =
                collector.trace(traceId(get(overHttp, "/users/1"))).server();
        assertEquals("by-http", request.service());
        assertTrue(collector.httpExports() > before, "it came over HTTP");
    }

    @ParameterizedTest
    @EnumSource
    void export_collectorWell_countsWhatArrived(Protocol protocol) throws Exception {
        Pod pod = protocol.pod();
        get(pod, "/users/1");
        String service = protocol == Protocol.GRPC ? "by-grpc" : "by-http";
        Counts before = atRest(pod, service);
        Load.Report report = new Load(pod.url(), SERVICE, 4).run(500, _ -> "/users/1");
        assertEquals(0, report.errors(), report.toString());
        // a span ends after its answer, and background work goes on, and its spans too
        Awaitility.await("arrived and exported are one figure").untilAsserted(() -> {
            Counts after = atRest(pod, service);
            long arrived = after.arrived - before.arrived;
            assertEquals(after.exported - before.exported, arrived, 0);
            assertTrue(arrived >= 500, arrived + " spans of 500 requests");
        });
    }

    @ParameterizedTest
    @EnumSource
    void load_collectorUnwell_noRequestNoticesAndDropsAreCounted(Protocol protocol) throws Exception {
        Pod pod = protocol.pod();
        Load.Report well = load(pod, "collector well");

        collector.refuse();
        assertUnaffected(well, load(pod, "collector gone"), pod);
        assertTrue(dropped(pod, "queue-full") > 0, "more came than could wait");
        assertTrue(dropped(pod, "export-failed") > 0, "what was tried is lost");

        collector.heal();
        awaitNoneWaiting(pod);
        collector.answer(503);
        double failedBefore = dropped(pod, "export-failed");
        double exportedBefore503 = exported(pod);
        assertUnaffected(well, load(pod, "collector answers 503"), pod);
        awaitNoneWaiting(pod);
        assertTrue(dropped(pod, "export-failed") > failedBefore, "what it refused is lost");
        assertEquals(exportedBefore503, exported(pod), "nothing arrived");

        collector.heal();
        collector.lag(Duration.ofSeconds(4));
        double fullBefore = dropped(pod, "queue-full");
        assertUnaffected(well, load(pod, "collector slow"), pod);
        assertTrue(dropped(pod, "queue-full") > fullBefore, "more came than could wait");

        collector.heal();
        double exportedBefore = exported(pod);
        Awaitility.await("it exports again")
                .atMost(Duration.ofSeconds(20))
                .until(() -> exported(pod) > exportedBefore && waiting(pod) < PLACES / 2);
    }

    /// Nothing else is at work in these pods' requests: each is one span, so that the requests tell how many there
    /// must be.
    @ParameterizedTest
    @EnumSource
    void load_collectorGone_everySpanIsAccountedFor(Protocol protocol) throws Exception {
        Pod pod = protocol.pod();
        double before = accounted(pod);
        long began = System.nanoTime();
        collector.refuse();
        Load.Report report = new Load(pod.url(), SERVICE, 16).run(6_000, _ -> "/users/1");
        assertEquals(0, report.errors(), report.toString());
        double spans = accounted(pod) - before;
        double seconds = (System.nanoTime() - began) / 1e9;
        assertTrue(spans >= report.requests(), spans + " spans of " + report.requests() + " requests");
        // what goes on behind the requests' backs: probes, sweeps
        assertTrue(
                spans <= report.requests() + 50 * (seconds + 1),
                "%s spans of %s requests and %.1f s".formatted(spans, report.requests(), seconds));
    }

    @Test
    void get_probesMetricsAndFiles_areNotTraced() throws Exception {
        List<String> untraced = List.of(
                "/q/health/live",
                "/q/health/ready",
                "/q/health/ready?verbose=1",
                "/q/metrics",
                "/q/metrics?name=jvm",
                "/q/openapi",
                "/q/swagger-ui/index.html",
                "/console",
                "/console/",
                "/console/console.js?v=1");
        for (String path : untraced) {
            get(overHttp, path);
        }
        // spans arrive in the order in which they ended
        collector.trace(traceId(get(overHttp, "/users/1")));
        List<String> traced = collector.spans().all().stream()
                .filter(span -> span.kind() == ReceivedSpan.Kind.SERVER)
                .map(span -> span.attribute("url.path"))
                .filter(path -> path.startsWith("/q") || path.startsWith("/console"))
                .toList();
        assertEquals(List.of(), traced);
    }

    /// Probes, sweeps and polls go on meanwhile.
    @Test
    void idle_noTraceBeginsWithACall() throws Exception {
        long from = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
        Awaitility.await("an idle pod")
                .pollDelay(Duration.ofSeconds(5))
                .atMost(Duration.ofSeconds(20))
                .until(() -> true);
        collector.trace(traceId(get(overHttp, "/users/1")));
        List<String> calls = collector.spans().all().stream()
                .filter(span -> span.startNanos() >= from)
                .filter(span -> span.kind() == ReceivedSpan.Kind.CLIENT)
                .filter(span -> span.parentId().isEmpty())
                .map(span -> span.service() + " " + span.name())
                .distinct()
                .toList();
        assertEquals(List.of(), calls);
    }

    private record Counts(long arrived, double exported) {}

    /// Both figures at a moment when no span was on its way, so that they are of the same spans: one that arrives
    /// between the looks is exported, or waits still, when looked at again. It counts as exported before it ceases
    /// to wait, so that is looked at last.
    private static Counts atRest(Pod pod, String service) {
        AtomicReference<Counts> found = new AtomicReference<>();
        Awaitility.await("no span is on its way").atMost(Duration.ofMinutes(1)).until(() -> {
            double exported = exported(pod);
            found.set(new Counts(arrived(service), exported));
            return waiting(pod) == 0 && exported(pod) == exported;
        });
        return found.get();
    }

    private static void awaitNoneWaiting(Pod pod) {
        Awaitility.await("the collector was told of all, or given up")
                .atMost(Duration.ofMinutes(3))
                .until(() -> waiting(pod) == 0);
    }

    private static Pod pod(String name) {
        return STACK.pod(name)
                .environment("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url())
                .environment("OTEL_BSP_MAX_QUEUE_SIZE", Integer.toString(PLACES)) // full soon, on any machine
                .property("quarkus.otel.bsp.max.export.batch.size", "64")
                .property("ballast.admission.enabled", "false")
                .property("quarkus.otel.bsp.schedule.delay", "PT0.1S");
    }

    private static Load.Report load(Pod pod, String what) throws InterruptedException {
        Load.Report report = new Load(pod.url(), SERVICE, 16).run(REQUESTS, _ -> "/users/1");
        System.out.printf("%s: %s%n", what, report);
        return report;
    }

    /// The bounds are wide, as machines are busy; a request that waited for the collector would be beyond them all.
    private static void assertUnaffected(Load.Report well, Load.Report unwell, Pod pod) {
        assertEquals(0, unwell.errors(), unwell.toString());
        assertTrue(
                unwell.p50().compareTo(well.p50().multipliedBy(2).plusMillis(5)) < 0,
                "half of the answers as before: " + well + ", then " + unwell);
        assertTrue(
                unwell.p99().compareTo(well.p99().multipliedBy(3).plusMillis(50)) < 0,
                "nearly all of the answers as before: " + well + ", then " + unwell);
        assertTrue(waiting(pod) <= PLACES, waiting(pod) + " spans wait");
    }

    private static double accounted(Pod pod) {
        return exported(pod) + dropped(pod, "queue-full") + dropped(pod, "export-failed") + waiting(pod);
    }

    private static long arrived(String service) {
        return collector.spans().all().stream()
                .filter(span -> span.service().equals(service))
                .count();
    }

    private static double exported(Pod pod) {
        return Metrics.of(pod.url()).sum("ballast_tracing_spans_exported_total");
    }

    private static double dropped(Pod pod, String reason) {
        return Metrics.of(pod.url()).sum("ballast_tracing_spans_dropped_total", "reason=\"" + reason + "\"");
    }

    private static double waiting(Pod pod) {
        return Metrics.of(pod.url()).sum("ballast_tracing_spans_waiting");
    }

    private static HttpResponse<String> get(Pod pod, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(pod.url() + path))
                .header("Authorization", "Bearer " + SERVICE)
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String traceId(HttpResponse<String> answer) {
        assertEquals(200, answer.statusCode(), answer.body());
        return answer.headers().firstValue("X-Trace-Id").orElseThrow();
    }
}
