package dev.ballast.tracing;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Thousands of requests at once as a collector sees them: each has its own spans, all of them, and nobody else's.
class ManyRequestsSpansIT {
    private static final Stack STACK = Stack.shared();
    private static final int AT_ONCE = 2_000;
    private static final int USERS = 40;
    private static final Set<String> READS =
            Set.of("join users", "evalsha get-or-lease", "SELECT users", "evalsha fill");
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static OtlpReceiver collector;
    private static Pod a;
    private static Pod b;

    @BeforeAll
    static void startPods() throws Exception {
        collector = OtlpReceiver.startKeeping();
        a = pod("many-spans-a");
        b = pod("many-spans-b");
    }

    private static Pod pod(String name) {
        return collector
                .hears(STACK.pod(name))
                .property("quarkus.otel.bsp.max.queue.size", "100000")
                .property("ballast.ratelimit.deadline", "10S")
                // none of them is to be turned away, however busy the machine
                .property("ballast.overload.enabled", "false")
                .property("ballast.database.timeout", "30S")
                .property("ballast.cache.caches.users.load-timeout", "30S")
                .property("ballast.cache.caches.users.lease-wait", "30S")
                .property("ballast.cache.caches.users.l2-timeout", "10S")
                .property("ballast.degradation.silence", "30S")
                .start();
    }

    @AfterAll
    static void endPods() {
        a.close();
        b.close();
        collector.close();
    }

    /// Reads of users that are in memory, in Redis or nowhere, and of some that there are not, all at once.
    @Test
    void manyAtOnce_eachTraceIsWholeAndItsOwn() throws Exception {
        List<String> users = new ArrayList<>();
        for (int i = 0; i < USERS; i++) {
            users.add(create());
        }
        for (int i = 0; i < 10; i++) {
            assertEquals(
                    200, send(request(i % 2 == 0 ? a : b, users.get(i)).GET()).statusCode());
        }
        Map<String, CompletableFuture<HttpResponse<String>>> asked = new HashMap<>();
        for (int i = 0; i < AT_ONCE; i++) {
            String user = users.get(i % users.size());
            String id = UUID.randomUUID().toString().replace("-", "");
            HttpRequest request = request(a, i % 50 == 0 ? "/users/" + (888_888_800_000L + i) : user)
                    .header("traceparent", "00-%s-00f067aa0ba902b7-01".formatted(id))
                    .build();
            asked.put(id, HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
        }
        Map<String, String> cacheStatus = new HashMap<>();
        for (Map.Entry<String, CompletableFuture<HttpResponse<String>>> one : asked.entrySet()) {
            HttpResponse<String> answer = one.getValue().get();
            assertTrue(Set.of(200, 404).contains(answer.statusCode()), answer.body());
            assertEquals(one.getKey(), answer.headers().firstValue("X-Trace-Id").orElseThrow());
            cacheStatus.put(
                    one.getKey(), answer.headers().firstValue("Cache-Status").orElse(""));
        }
        await("all requests")
                .atMost(PATIENCE)
                .until(() -> traces(asked.keySet()).size() == AT_ONCE);
        Map<String, Trace> traces = traces(asked.keySet());
        assertWhole(traces);
        traces.forEach((id, trace) -> assertReads(cacheStatus.get(id), trace));
    }

    /// Who was answered from memory has asked nobody but the limits; who was not has asked Redis, or waited for
    /// somebody who did.
    private static void assertReads(String cacheStatus, Trace trace) {
        String tree = cacheStatus + "\n" + SpanTree.of(trace);
        List<String> reads = trace.spans().stream()
                .map(ReceivedSpan::name)
                .filter(name -> READS.contains(name))
                .toList();
        if (cacheStatus.equals("L1; hit")) {
            assertEquals(List.of(), reads, tree);
        } else {
            assertTrue(reads.contains("join users") != reads.contains("evalsha get-or-lease"), tree);
        }
    }

    /// Those of these ids whose request's span has arrived.
    private static Map<String, Trace> traces(Set<String> ids) {
        Map<String, List<ReceivedSpan>> byTrace = collector.spans().all().stream()
                .filter(span -> ids.contains(span.traceId()))
                .collect(Collectors.groupingBy(ReceivedSpan::traceId));
        return byTrace.values().stream()
                .filter(spans -> spans.stream().anyMatch(span -> span.kind() == Kind.SERVER))
                .collect(Collectors.toMap(spans -> spans.getFirst().traceId(), Trace::new));
    }

    private static void assertWhole(Map<String, Trace> traces) {
        Map<String, ReceivedSpan> spans = traces.values().stream()
                .flatMap(trace -> trace.spans().stream())
                .collect(Collectors.toMap(ReceivedSpan::spanId, Function.identity()));
        int limits = 0;
        int loads = 0;
        int parts = 0;
        int joined = 0;
        for (Trace trace : traces.values()) {
            String tree = SpanTree.of(trace);
            assertEquals(List.of(trace.server()), SpanTree.roots(trace), tree);
            assertEquals("GET /users/{id}", trace.server().name());
            List<ReceivedSpan> asked = trace.where(span ->
                    span.name().equals("evalsha rate-limit") || span.name().equals("rate-limits"));
            assertEquals(
                    1,
                    asked.stream().filter(span -> isBelow(span, trace.server())).count(),
                    tree);
            limits += trace.where(span -> span.name().equals("evalsha rate-limit"))
                    .size();
            loads += trace.where(span -> span.name().equals("SELECT users")).size();
            for (ReceivedSpan part : trace.where(span -> span.kind() == Kind.INTERNAL)) {
                assertTrue(isWhole(part, spans), part + "\n" + tree);
                parts += part.name().equals("rate-limits") ? 1 : 0;
                joined += part.name().equals("join users") ? 1 : 0;
            }
        }
        assertTrue(parts > 0, "some share a call of the limits");
        assertTrue(limits < AT_ONCE, limits + " calls of the limits");
        assertTrue(loads > 0 && loads < 100, loads + " loads");
        assertTrue(joined > 0, "some wait for another one's read");
        assertEquals(AT_ONCE - parts, limits - shared(spans), "each request has its call or its part in one");
    }

    private static boolean isBelow(ReceivedSpan span, ReceivedSpan parent) {
        return span.parentId().equals(parent.spanId());
    }

    /// A part leads to the call it is a part of, and that one back to all parts but the one it is below.
    private static boolean isWhole(ReceivedSpan span, Map<String, ReceivedSpan> spans) {
        if (span.name().endsWith(" for several")) {
            return Integer.parseInt(span.attribute("ballast.sharers"))
                    == span.links().size() + 1;
        }
        boolean leads =
                spans.values().stream().anyMatch(call -> call.name().endsWith(" for several") && isBelow(call, span));
        return leads
                ? span.links().isEmpty()
                : span.links().size() == 1
                        && spans.containsKey(span.links().getFirst().split("/")[1]);
    }

    private static int shared(Map<String, ReceivedSpan> spans) {
        return (int) spans.values().stream()
                .filter(span -> span.name().equals("rate-limits for several"))
                .count();
    }

    private static String create() throws IOException, InterruptedException {
        HttpResponse<String> created =
                send(request(a, "/users").POST(BodyPublishers.ofString("""
                        {"name": "Many", "email": "many-%s@example.org", "plan": "pro", "currency": "EUR"}""".formatted(UUID.randomUUID()))));
        assertEquals(201, created.statusCode(), created.body());
        return URI.create(created.headers().firstValue("Location").orElseThrow())
                .getPath();
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(Pod pod, String path) {
        return HttpRequest.newBuilder(URI.create(pod.url() + path))
                .header("Authorization", "Bearer " + Tokens.service())
                .header("Content-Type", "application/json");
    }
}
