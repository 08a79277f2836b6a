package dev.ballast.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ballast.otlp.OtlpReceiver;
import dev.ballast.otlp.ReceivedSpan;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A caller's trace goes on in this service and through it, unless what it sends is none; whether it is recorded is
/// the caller's to say only where callers are trusted.
class PropagationIT {
    private static final Stack STACK = Stack.shared();
    private static final String SERVICE = Tokens.service();
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final SplittableRandom RANDOM = new SplittableRandom();
    private static final Queue<Headers> CALLS = new ConcurrentLinkedQueue<>();
    private static OtlpReceiver collector;
    private static HttpServer api;
    private static Pod trusting;
    private static Pod edge;

    @BeforeAll
    static void startPods() throws IOException {
        collector = OtlpReceiver.start();
        api = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 64);
        api.createContext("/recommendations/", PropagationIT::recommend);
        api.start();
        trusting = STACK.pod("propagation-trusting")
                .environment("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url())
                .environment(
                        "RECOMMENDATIONS_URL",
                        "http://127.0.0.1:" + api.getAddress().getPort())
                .property("quarkus.otel.bsp.schedule.delay", "PT0.1S")
                .start();
        edge = STACK.pod("propagation-edge")
                .environment("OTEL_TRACES_SAMPLER_ARG", "0.5")
                .property("ballast.tracing.sampling.follow-callers", "false")
                .start();
    }

    @AfterAll
    static void endPods() {
        trusting.close();
        edge.close();
        api.stop(0);
        collector.close();
    }

    @Test
    void get_withTraceparent_continuesTheCallersTrace() throws Exception {
        String trace = id(16);
        HttpResponse<String> answer = get(trusting, "/users/1", "00-%s-%s-01".formatted(trace, SPAN));
        assertEquals(trace, traceId(answer));
        ReceivedSpan request = collector.trace(trace).server();
        assertEquals(SPAN, request.parentId());
    }

    static List<String> malformed() {
        return List.of(
                "",
                "-",
                "00",
                "nonsense",
                TRACE,
                "00-" + TRACE,
                "00-" + TRACE + "-" + SPAN, // no flags
                "00-" + TRACE + "-" + SPAN + "-", // empty flags
                "00-" + TRACE + "-" + SPAN + "-1", // half of the flags
                "00-" + TRACE + "-" + SPAN + "-zz",
                "00-" + TRACE + "-" + SPAN + "-01-extra", // none in this version
                "00-" + TRACE + "-" + SPAN + "-011",
                "00-" + "0".repeat(32) + "-" + SPAN + "-01", // no id, by the standard
                "00-" + TRACE + "-" + "0".repeat(16) + "-01",
                "00-" + TRACE.toUpperCase(Locale.ROOT) + "-" + SPAN + "-01",
                "00-" + TRACE.substring(1) + "-" + SPAN + "-01",
                "00-" + TRACE + "0-" + SPAN + "-01",
                "00-" + TRACE + "-" + SPAN.substring(1) + "-01",
                "00-" + TRACE.replace('4', 'g') + "-" + SPAN + "-01",
                "00-" + TRACE + "-" + SPAN.replace('f', 'x') + "-01",
                "00_" + TRACE + "_" + SPAN + "_01",
                "00 " + TRACE + " " + SPAN + " 01",
                "ff-" + TRACE + "-" + SPAN + "-01", // a version that never is
                "0-" + TRACE + "-" + SPAN + "-01",
                "zz-" + TRACE + "-" + SPAN + "-01",
                "00-" + TRACE + "-" + SPAN + "-01," + "00-" + TRACE + "-" + SPAN + "-01",
                "00-" + "4".repeat(5_000) + "-" + SPAN + "-01",
                "\"00-" + TRACE + "-" + SPAN + "-01\"",
                "00-" + TRACE + "-" + SPAN + "-01%00",
                "{\"trace\":\"" + TRACE + "\"}");
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void get_malformedTraceparent_startsATraceOfItsOwn(String traceparent) throws Exception {
        HttpResponse<String> answer = get(trusting, "/users/1", traceparent);
        assertEquals(200, answer.statusCode(), answer.body());
        String trace = traceId(answer);
        assertTrue(trace.matches("[0-9a-f]{32}"), trace);
        assertNotEquals("0".repeat(32), trace);
        assertNotEquals(TRACE, trace);
        assertTrue(isRecorded(answer), "as one that nobody else began");
    }

    @Test
    void get_malformedTracestate_keepsTheTrace() throws Exception {
        for (String state : List.of("", ",", "=", "novalue", "UPPER=1", "a=1,a=1", "a=" + "x".repeat(5_000))) {
            String trace = id(16);
            HttpResponse<String> answer = HTTP.send(
                    request(trusting, "/users/1")
                            .header("traceparent", "00-%s-%s-01".formatted(trace, SPAN))
                            .header("tracestate", state)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertEquals(200, answer.statusCode(), answer.body());
            assertEquals(trace, traceId(answer), state);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void get_trustedCaller_isRecordedAsTheCallerSays(boolean flag) throws Exception {
        String trace = id(16);
        HttpResponse<String> answer = get(trusting, "/users/1", traceparent(trace, flag));
        assertEquals(trace, traceId(answer));
        assertEquals(flag, isRecorded(answer));
    }

    /// Of 200, at a half, fewer than 60 or more than 140 would be once in ten million runs.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void get_untrustedEdge_isRecordedByChanceAndKeepsTheTrace(boolean flag) throws Exception {
        String trace = id(16);
        int recorded = 0;
        for (int i = 0; i < 200; i++) {
            HttpResponse<String> answer = get(edge, "/users/1", traceparent(trace, flag));
            assertEquals(trace, traceId(answer));
            recorded += isRecorded(answer) ? 1 : 0;
        }
        assertTrue(recorded > 60 && recorded < 140, recorded + " of 200, all flagged " + flag);
    }

    @Test
    void get_ratioOfAHalf_recordsAboutHalfOfTheTracesThatBeginHere() throws Exception {
        int recorded = 0;
        Set<String> traces = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            HttpResponse<String> answer =
                    HTTP.send(request(edge, "/users/1").build(), HttpResponse.BodyHandlers.ofString());
            traces.add(traceId(answer));
            recorded += isRecorded(answer) ? 1 : 0;
        }
        assertEquals(200, traces.size(), "recorded or not, each has an id");
        assertTrue(recorded > 60 && recorded < 140, recorded + " of 200");
    }

    @Test
    void get_callsTheApi_handsOnTraceAndState() throws Exception {
        String trace = id(16);
        CALLS.clear();
        HttpResponse<String> answer = HTTP.send(
                request(trusting, "/recommendations/1")
                        .header("traceparent", "00-%s-%s-01".formatted(trace, SPAN))
                        .header("tracestate", "vendor=opaque,other=1")
                        .header("baggage", "user=alice%40example.org")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains("personalized"), answer.body());

        List<Headers> calls = new ArrayList<>(CALLS);
        Headers call = calls.stream()
                .filter(headers -> headers.getOrDefault("Traceparent", List.of()).stream()
                        .anyMatch(given -> given.contains(trace)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no call of trace " + trace + ": " + calls));
        assertEquals(1, call.get("Traceparent").size(), "one traceparent");
        String parent = call.getFirst("Traceparent").split("-")[2];
        ReceivedSpan client = collector.trace(trace).of(ReceivedSpan.Kind.CLIENT).stream()
                .filter(span -> span.spanId().equals(parent))
                .findFirst()
                .orElseThrow(() -> new AssertionError("its parent is not of this service: " + parent));
        assertFalse(client.spanId().equals(SPAN));
        assertEquals("vendor=opaque,other=1", String.join(",", call.get("Tracestate")));
        assertFalse(call.containsKey("Baggage"), "what a stranger put there stays here");
    }

    private static void recommend(HttpExchange exchange) throws IOException {
        CALLS.add(exchange.getRequestHeaders());
        String path = exchange.getRequestURI().getPath();
        byte[] body = "{\"userId\":%s,\"items\":[{\"id\":\"a\",\"title\":\"A\",\"score\":0.5}]}"
                .formatted(path.substring(path.lastIndexOf('/') + 1))
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static String traceparent(String trace, boolean flag) {
        return "00-%s-%s-%s".formatted(trace, SPAN, flag ? "01" : "00");
    }

    private static String id(int bytes) {
        byte[] id = new byte[bytes];
        RANDOM.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    private static HttpResponse<String> get(Pod pod, String path, String traceparent)
            throws IOException, InterruptedException {
        return HTTP.send(
                request(pod, path).header("traceparent", traceparent).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(Pod pod, String path) {
        return HttpRequest.newBuilder(URI.create(pod.url() + path)).header("Authorization", "Bearer " + SERVICE);
    }

    private static String traceId(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Trace-Id").orElseThrow();
    }

    private static boolean isRecorded(HttpResponse<String> answer) {
        return answer.headers().firstValue("traceresponse").orElseThrow().endsWith("-01");
    }
}
