package dev.ballast.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.otlp.OtlpReceiver;
import dev.ballast.otlp.ReceivedSpan;
import dev.ballast.otlp.ReceivedSpan.Kind;
import dev.ballast.otlp.Trace;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A read's way through the tiers, as a collector sees it: a span for each question to Redis and to PostgreSQL, none
/// for an answer from memory, all of them children of the request's own.
class CacheSpansIT {
    private static final Stack STACK = Stack.shared();
    private static final String SERVICE = Tokens.service();
    private static final Pattern ID = Pattern.compile("\"id\":(\\d+)");

    private final HttpClient http = HttpClient.newHttpClient();
    private static OtlpReceiver collector;
    private static Pod a;
    private static Pod b;

    /// A user of this test alone, in no tier.
    private record Fresh(long id, String email) {
        String path() {
            return "/users/" + id;
        }
    }

    @BeforeAll
    static void startPods() throws Exception {
        collector = OtlpReceiver.start();
        a = pod("spans-a");
        b = pod("spans-b");
        // A Redis that has just started does not know the scripts, and is sent them once.
        CacheSpansIT first = new CacheSpansIT();
        Fresh user = first.create();
        first.get(a, user);
        first.put(a, user);
    }

    @AfterAll
    static void endPods() {
        a.close();
        b.close();
        collector.close();
    }

    @Test
    void get_heldByNoTier_asksRedisThenPostgresThenFillsRedis() throws Exception {
        Fresh user = create();
        HttpResponse<String> read = get(a, user);
        assertEquals("L1; fwd=miss, L2; fwd=miss; stored", cacheStatus(read));

        Trace trace = trace(read);
        assertEquals(List.of("evalsha", "SELECT users", "evalsha"), steps(trace), trace.toString());
        assertBelongsTogether(trace, "GET /users/{id}");
        assertTellsNothingOf(user, trace);
    }

    @Test
    void get_heldByRedis_asksRedisOnceAndPostgresNot() throws Exception {
        Fresh user = create();
        get(a, user);
        HttpResponse<String> read = get(b, user);
        assertTrue(cacheStatus(read).startsWith("L2; hit"), cacheStatus(read));

        Trace trace = trace(read);
        assertEquals(List.of("evalsha"), steps(trace), trace.toString());
        assertBelongsTogether(trace, "GET /users/{id}");
        assertTellsNothingOf(user, trace);
    }

    @Test
    void get_heldByMemory_asksNobody() throws Exception {
        Fresh user = create();
        get(a, user);
        HttpResponse<String> read = get(a, user);
        assertEquals("L1; hit", cacheStatus(read));

        Trace trace = trace(read);
        assertEquals(1, trace.spans().size(), trace.toString());
        assertBelongsTogether(trace, "GET /users/{id}");
    }

    @Test
    void put_changesPostgresThenForgetsInRedisAndTellsTheLog() throws Exception {
        Fresh user = create();
        get(a, user);
        HttpResponse<String> changed = put(a, user);
        assertEquals(200, changed.statusCode(), changed.body());

        // the note of the outbox is deleted behind the answer's back, as the fourth
        Trace trace = collector.trace(traceId(changed), 4, Kind.CLIENT);
        assertEquals(
                List.of("UPDATE users", "del", "evalsha", "DELETE cache_invalidations"),
                steps(trace),
                trace.toString());
        assertBelongsTogether(trace, "PUT /users/{id}");
        assertTellsNothingOf(user, trace);
    }

    @Test
    void getAll_heldByNoTier_loadsAllWithOneQuery() throws Exception {
        Fresh one = create();
        Fresh other = create();
        HttpResponse<String> read =
                send(request(a, "/users?ids=" + one.id + "," + other.id).GET());
        assertEquals(200, read.statusCode(), read.body());

        Trace trace = trace(read);
        assertEquals(1, loads(trace), trace.toString());
        assertBelongsTogether(trace, "GET /users");
        assertTellsNothingOf(one, trace);
        assertTellsNothingOf(other, trace);
    }

    /// Reads that share a load: it belongs to the first of them, and to no other.
    @Test
    void get_sharedByManyAtOnce_isInOneTraceOnly() throws Exception {
        Fresh user = create();
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            asked.add(http.sendAsync(request(a, user.path()).GET().build(), HttpResponse.BodyHandlers.ofString()));
        }
        long loads = 0;
        Set<String> traces = new HashSet<>();
        for (CompletableFuture<HttpResponse<String>> answer : asked) {
            HttpResponse<String> read = answer.get();
            assertEquals(200, read.statusCode(), read.body());
            Trace trace = trace(read);
            assertBelongsTogether(trace, "GET /users/{id}");
            loads += loads(trace);
            traces.add(traceId(read));
        }
        assertEquals(40, traces.size(), "a trace for each request");
        assertEquals(1, loads, "one load in all of them");
    }

    private static Pod pod(String name) {
        return STACK.pod(name)
                .environment("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url())
                .environment("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
                .property("quarkus.otel.bsp.schedule.delay", "PT0.1S")
                .start();
    }

    /// What a request asked others for, in order: Redis by a command, PostgreSQL by a statement. The scripts
    /// are `evalsha`: get-or-lease comes first, fill after a load, log-append after a deletion.
    private static List<String> steps(Trace trace) {
        return trace.of(Kind.CLIENT).stream().map(ReceivedSpan::name).toList();
    }

    private static long loads(Trace trace) {
        return steps(trace).stream().filter("SELECT users"::equals).count();
    }

    private static void assertBelongsTogether(Trace trace, String route) {
        ReceivedSpan request = trace.server();
        assertEquals(route, request.name());
        assertEquals("ballast", request.service());
        assertEquals("", request.parentId(), "the request begins the trace");
        for (ReceivedSpan span : trace.spans()) {
            if (span != request) {
                assertEquals(Kind.CLIENT, span.kind(), trace.toString());
                assertEquals(request.spanId(), span.parentId(), trace.toString());
                assertFalse(span.isError(), trace.toString());
            }
        }
    }

    private static void assertTellsNothingOf(Fresh user, Trace trace) {
        String all = trace.spans().toString();
        assertFalse(all.contains(user.email), "an address: " + trace);
        assertFalse(all.contains(SERVICE.substring(SERVICE.lastIndexOf('.') + 1)), "a token: " + trace);
        for (ReceivedSpan span : trace.of(Kind.CLIENT)) {
            assertFalse(span.toString().contains(Long.toString(user.id)), "whose data: " + span);
        }
    }

    private Fresh create() throws IOException, InterruptedException {
        String email = "traced-" + UUID.randomUUID() + "@example.org";
        HttpResponse<String> created = send(request(a, "/users")
                .POST(BodyPublishers.ofString(
                        "{\"name\":\"Traced\",\"email\":\"%s\",\"plan\":\"pro\",\"currency\":\"EUR\"}"
                                .formatted(email))));
        assertEquals(201, created.statusCode(), created.body());
        Matcher id = ID.matcher(created.body());
        assertTrue(id.find(), created.body());
        return new Fresh(Long.parseLong(id.group(1)), email);
    }

    private HttpResponse<String> get(Pod pod, Fresh user) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(request(pod, user.path()).GET());
        assertEquals(200, answer.statusCode(), answer.body());
        return answer;
    }

    private HttpResponse<String> put(Pod pod, Fresh user) throws IOException, InterruptedException {
        return send(request(pod, user.path())
                .PUT(BodyPublishers.ofString(
                        "{\"name\":\"Traced\",\"email\":\"%s\",\"plan\":\"pro\"}".formatted(user.email))));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(Pod pod, String path) {
        return HttpRequest.newBuilder(URI.create(pod.url() + path))
                .header("Authorization", "Bearer " + SERVICE)
                .header("Content-Type", "application/json");
    }

    private Trace trace(HttpResponse<String> answer) {
        return collector.trace(traceId(answer));
    }

    private static String traceId(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Trace-Id").orElseThrow();
    }

    private static String cacheStatus(HttpResponse<String> answer) {
        return answer.headers().firstValue("Cache-Status").orElse("");
    }
}
