package dev.ballast.tracing;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.admission.From;
import dev.ballast.otlp.OtlpReceiver;
import dev.ballast.otlp.ReceivedSpan;
import dev.ballast.otlp.ReceivedSpan.Kind;
import dev.ballast.otlp.Trace;
import dev.ballast.stack.Fault;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Requests as a collector sees them: what was done for each, in its place, and no word of whom it was for.
class RequestSpansIT {
    private static final Stack STACK = Stack.shared();
    private static final String SERVICE = Tokens.service();
    private static final String OPERATOR = Tokens.operator();
    private static final Pattern ID = Pattern.compile("\"id\":(\\d+)");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// What nothing that is exported may contain.
    private static final Set<String> SECRETS = new HashSet<>();

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static OtlpReceiver collector;
    private static Pod a;
    private static Pod b;
    private static long firstOfTheOthers;

    /// A user of this test alone, in no tier.
    private record Fresh(long id, String email) {
        String path() {
            return "/users/" + id;
        }
    }

    @BeforeAll
    static void startPods() throws Exception {
        collector = OtlpReceiver.startKeeping();
        a = pod("spans-a");
        b = pod("spans-b");
        noteToken(SERVICE);
        noteToken(OPERATOR);
        SECRETS.addAll(List.of("local-service", "local-operator"));
        firstOfTheOthers = ReservedIds.begin(STACK);
        // A Redis that has just started does not know the scripts, and is sent them once.
        RequestSpansIT first = new RequestSpansIT();
        Fresh user = first.create();
        first.get(a, user);
        first.put(a, user, "Traced");
        first.get(b, user);
    }

    private static Pod pod(String name) {
        return collector
                .hears(STACK.pod(name))
                .property("quarkus.otel.bsp.max.queue.size", "100000")
                .property("ballast.tracing.pseudonym.key", "of these pods")
                .property("quarkus.http.access-log.enabled", "true")
                .property("ballast.ratelimit.deadline", "10S")
                .property("ballast.policies.deny", "127.0.6.0/24")
                .property("ballast.policies.endpoints.get-accounts-userid.limit", "1")
                .property("ballast.policies.endpoints.get-accounts-userid.algorithm", "sliding-window-log")
                .start();
    }

    /// The signature alone too: the rest of a token is what others have as well.
    private static String noteToken(String token) {
        SECRETS.add(token);
        SECRETS.add(token.substring(token.lastIndexOf('.') + 1));
        return token;
    }

    @AfterEach
    void heal() {
        STACK.recommendations(Fault.of(Fault.Kind.NONE));
    }

    @AfterAll
    static void endPods() throws SQLException {
        a.close();
        b.close();
        ReservedIds.end(STACK, firstOfTheOthers);
        List<String> told = collector.spans().telling(SECRETS);
        collector.close();
        assertEquals(List.of(), told, "exports that tell of whom they are");
    }

    /// Paths and queries that a caller chose, behind routes and without one.
    @Test
    void get_chosenByTheCaller_onlyTheRouteIsTold() throws Exception {
        SECRETS.addAll(List.of("order-of-alice", "203.0.113.77", "alice-by-name", "aliceparam"));
        assertPath(
                "/payments/*",
                send(request(a, SERVICE, "/payments/order-of-alice?aliceparam").GET()));
        assertPath(
                "/ops/rate-limits/*/*",
                send(request(a, OPERATOR, "/ops/rate-limits/user/alice-by-name").GET()));
        assertPath(
                "/ops/rate-limits/*/*",
                send(request(a, OPERATOR, "/ops/rate-limits/ip/203.0.113.77").GET()));
    }

    private static void assertPath(String path, HttpResponse<String> answer) {
        assertEquals(path, trace(answer).server().attribute("url.path"), answer.statusCode() + answer.body());
    }

    @Test
    void get_heldByNoTier_asksRedisThenPostgresThenFillsRedis() throws Exception {
        Fresh user = create();
        HttpResponse<String> read = get(a, user);
        assertEquals("L1; fwd=miss, L2; fwd=miss; stored", header(read, "Cache-Status"));

        Trace trace = trace(read);
        assertEquals("""
                SERVER GET /users/{id}
                  CLIENT evalsha rate-limit
                  CLIENT evalsha get-or-lease
                  CLIENT SELECT users
                  CLIENT evalsha fill
                """, SpanTree.of(trace));
        assertEquals("origin", trace.server().attribute("ballast.cache.tier"));
        assertEquals(
                Map.of(
                        "db.system", "postgresql",
                        "db.system.name", "postgresql",
                        "db.namespace", "ballast",
                        "db.query.summary", "SELECT users"),
                SpanTree.attributes(
                        SpanTree.only(trace, "SELECT users"),
                        "db.system",
                        "db.system.name",
                        "db.namespace",
                        "db.query.summary"));
        assertEquals(
                Map.of("db.system", "redis", "db.system.name", "redis", "db.stored_procedure.name", "fill"),
                SpanTree.attributes(
                        SpanTree.only(trace, "evalsha fill"),
                        "db.system",
                        "db.system.name",
                        "db.stored_procedure.name"));
    }

    @Test
    void get_heldByRedis_asksRedisOnceAndPostgresNot() throws Exception {
        Fresh user = create();
        get(a, user);
        HttpResponse<String> read = get(b, user);
        assertTrue(header(read, "Cache-Status").startsWith("L2; hit"), header(read, "Cache-Status"));

        Trace trace = trace(read);
        assertEquals("""
                SERVER GET /users/{id}
                  CLIENT evalsha rate-limit
                  CLIENT evalsha get-or-lease
                """, SpanTree.of(trace));
        assertEquals("l2", trace.server().attribute("ballast.cache.tier"));
    }

    @Test
    void get_heldByMemory_asksForTheLimitsOnlyAndSaysWhoAndHow() throws Exception {
        Fresh user = create();
        get(a, user);
        String own = noteToken(Tokens.user(user.id));
        HttpResponse<String> read = send(request(a, own, user.path()).GET());
        assertEquals("L1; hit", header(read, "Cache-Status"));

        Trace trace = trace(read);
        assertEquals("""
                SERVER GET /users/{id}
                  CLIENT evalsha rate-limit
                """, SpanTree.of(trace));
        ReceivedSpan server = trace.server();
        assertEquals("", server.parentId(), "the request begins the trace");
        assertEquals("ballast", server.service());
        assertEquals(
                Map.of(
                        "http.request.method", "GET",
                        "http.route", "/users/{id}",
                        "http.response.status_code", "200",
                        "url.path", "/users/*",
                        "url.scheme", "http",
                        "ballast.cache.tier", "l1"),
                SpanTree.attributes(
                        server,
                        "http.request.method",
                        "http.route",
                        "http.response.status_code",
                        "url.path",
                        "url.scheme",
                        "ballast.cache.tier"));
        assertEquals(header(read, "X-Service-Level"), server.attribute("ballast.service.level"));
        assertEquals(
                List.of("start", "end"),
                server.events().stream().map(ReceivedSpan.Event::name).toList());

        String pseudonym = server.attribute("enduser.pseudo.id");
        assertTrue(pseudonym.matches("[0-9a-f]{32}"), pseudonym);
        Trace onOther = trace(send(request(b, own, user.path()).GET()));
        assertEquals(pseudonym, onOther.server().attribute("enduser.pseudo.id"), "the same on every pod");
        assertNotEquals(pseudonym, trace(get(a, user)).server().attribute("enduser.pseudo.id"));
    }

    @Test
    void put_changesPostgresThenForgetsInRedisAndTellsTheLog() throws Exception {
        Fresh user = create();
        get(a, user);
        HttpResponse<String> changed = put(a, user, "Traced");
        assertEquals(200, changed.statusCode(), changed.body());

        // the note of the outbox is deleted behind the answer's back
        Trace trace = collector.trace(traceId(changed), 5, Kind.CLIENT);
        assertEquals("""
                SERVER PUT /users/{id}
                  CLIENT evalsha rate-limit
                  CLIENT UPDATE users
                  CLIENT del
                  CLIENT evalsha log-append
                  CLIENT DELETE cache_invalidations
                """, SpanTree.of(trace));
    }

    @Test
    void getAll_heldByNoTier_loadsAllWithOneQuery() throws Exception {
        Fresh one = create();
        Fresh other = create();
        HttpResponse<String> read = send(
                request(a, SERVICE, "/users?ids=" + one.id + "," + other.id).GET());
        assertEquals(200, read.statusCode(), read.body());

        Trace trace = trace(read);
        assertEquals(1, trace.where(span -> span.name().equals("SELECT users")).size(), SpanTree.of(trace));
        assertEquals(1, SpanTree.roots(trace).size(), SpanTree.of(trace));
        assertEquals("ids=*", trace.server().attribute("url.query"));
    }

    @Test
    void recommend_apiFails_callIsAnErrorAndTheRequestIsNot() throws Exception {
        String path = "/recommendations/7070770077007";
        SECRETS.add("7070770077007");
        await().atMost(PATIENCE)
                .until(() -> send(request(a, SERVICE, path).GET()).body().contains("personalized"));
        STACK.recommendations(Fault.status(503));
        HttpResponse<String> answer = send(request(a, SERVICE, path).GET());
        assertEquals(200, answer.statusCode(), answer.body());

        Trace trace = trace(answer);
        ReceivedSpan server = trace.server();
        assertEquals("GET /recommendations/{userId}", server.name());
        assertFalse(server.isError(), SpanTree.of(trace));
        ReceivedSpan call = SpanTree.only(trace, "GET");
        assertEquals(Kind.CLIENT, call.kind());
        assertTrue(call.isError(), SpanTree.of(trace));
        assertEquals(server.spanId(), call.parentId());
        assertEquals("503", call.attribute("http.response.status_code"));
        assertTrue(call.attribute("url.full").endsWith("/recommendations/*"), call.attribute("url.full"));
        assertEquals(
                List.of("start", "fallback", "end"),
                server.events().stream().map(ReceivedSpan.Event::name).toList());
        assertEquals(1, SpanTree.roots(trace).size(), SpanTree.of(trace));
    }

    /// Rejected before, at and behind the routes.
    @Test
    void rejected_isNamedByItsRouteAndNoError() throws Exception {
        assertRejected(
                401,
                "GET /users/{id}",
                send(HttpRequest.newBuilder(URI.create(a.url() + "/users/1")).GET()));
        assertRejected(
                403,
                "GET /users/{id}",
                send(request(a, Tokens.user(5), "/users/6").GET()));
        SECRETS.add("999999999999");
        assertRejected(
                404,
                "GET /users/{id}",
                send(request(a, SERVICE, "/users/999999999999").GET()));
        assertRejected(404, "GET /*", send(request(a, SERVICE, "/no/such/place").GET()));
        Fresh user = create();
        send(request(a, SERVICE, "/accounts/" + user.id).GET());
        assertRejected(
                429,
                "GET /accounts/{userId}",
                send(request(a, SERVICE, "/accounts/" + user.id).GET()));
        try (From denied = From.address("127.0.6.1", a.url())) {
            assertRejected(403, "GET", denied.get("/users/1"));
        }
    }

    private static void assertRejected(int status, String name, HttpResponse<String> answer) {
        assertEquals(status, answer.statusCode(), answer.body());
        ReceivedSpan server = trace(answer).server();
        assertEquals(name, server.name());
        assertEquals(Integer.toString(status), server.attribute("http.response.status_code"));
        assertFalse(server.isError(), "the caller's mistake");
        List<String> events =
                server.events().stream().map(ReceivedSpan.Event::name).toList();
        assertEquals("start", events.getFirst());
        assertEquals("end", events.getLast());
    }

    @Test
    void probesAndMetrics_areNotTraced() throws Exception {
        for (String path : List.of("/q/health/ready", "/q/health/live", "/q/metrics", "/q/openapi")) {
            send(request(a, SERVICE, path).GET());
        }
        Fresh marker = create();
        trace(get(a, marker));
        List<String> paths = collector.spans().all().stream()
                .filter(span -> span.kind() == Kind.SERVER)
                .map(span -> span.attribute("url.path"))
                .filter(path -> path.startsWith("/q") || path.startsWith("/console"))
                .toList();
        assertEquals(List.of(), paths);
    }

    /// Every kind of answer, in a trace that the caller began and wants recorded, and in one that it does not.
    @Test
    void everyAnswer_namesItsTrace_recordedOrNot() throws Exception {
        Fresh user = create();
        String etag = header(get(a, user), "ETag");
        String order = UUID.randomUUID().toString();
        String payment = "{\"orderId\":\"%s\",\"userId\":%d,\"amount\":%d,\"currency\":\"EUR\"}";
        send(request(a, SERVICE, "/payments").POST(BodyPublishers.ofString(payment.formatted(order, user.id, 1))));
        SECRETS.add("999999999998");
        breakUpdates();
        send(request(a, SERVICE, "/accounts/" + user.id).GET());
        Map<Integer, HttpRequest.Builder> kinds = new HashMap<>();
        kinds.put(200, request(a, SERVICE, user.path()).GET());
        kinds.put(304, request(a, SERVICE, user.path()).header("If-None-Match", etag));
        kinds.put(400, request(a, SERVICE, "/users/none").GET());
        kinds.put(401, HttpRequest.newBuilder(URI.create(a.url() + user.path())));
        kinds.put(403, request(a, Tokens.user(5), user.path()).GET());
        kinds.put(404, request(a, SERVICE, "/users/999999999998").GET());
        kinds.put(405, request(a, SERVICE, user.path()).method("PATCH", BodyPublishers.noBody()));
        kinds.put(409, request(a, SERVICE, "/users").POST(BodyPublishers.ofString(newUser(user.email))));
        kinds.put(413, request(a, SERVICE, "/users").POST(BodyPublishers.ofString("x".repeat(200_000))));
        kinds.put(
                415,
                HttpRequest.newBuilder(URI.create(a.url() + "/users"))
                        .headers("Authorization", "Bearer " + SERVICE, "Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString("x")));
        kinds.put(
                422,
                request(a, SERVICE, "/payments").POST(BodyPublishers.ofString(payment.formatted(order, user.id, 2))));
        kinds.put(429, request(a, SERVICE, "/accounts/" + user.id).GET());
        kinds.put(500, request(a, SERVICE, user.path()).PUT(BodyPublishers.ofString(changed("Unforeseen", user))));
        for (String flags : List.of("01", "00")) {
            for (Map.Entry<Integer, HttpRequest.Builder> kind : kinds.entrySet()) {
                assertNamesItsTrace(kind.getKey(), kind.getValue(), flags);
            }
        }
        order("PUT", "{\"feature\":\"payments\",\"level\":\"minimal\",\"reason\":\"test\",\"ttlSeconds\":60}");
        try {
            for (String flags : List.of("01", "00")) {
                assertNamesItsTrace(
                        503,
                        request(a, SERVICE, "/payments")
                                .POST(BodyPublishers.ofString(
                                        payment.formatted(UUID.randomUUID().toString(), user.id, 1))),
                        flags);
            }
        } finally {
            order("DELETE", "");
        }
    }

    private void assertNamesItsTrace(int status, HttpRequest.Builder request, String flags) throws Exception {
        String id = UUID.randomUUID().toString().replace("-", "");
        HttpResponse<String> answer =
                send(request.setHeader("traceparent", "00-%s-00f067aa0ba902b7-%s".formatted(id, flags)));
        assertEquals(status, answer.statusCode(), answer.body());
        assertEquals(id, traceId(answer), "of " + status);
        assertTrue(header(answer, "traceresponse").matches("00-" + id + "-[0-9a-f]{16}-" + flags), "of " + status);
        if (status >= 400) {
            assertTrue(answer.body().contains("\"traceId\":\"" + id + "\""), answer.body());
        }
        awaitLine(id, " access-log " + status + " ");
        if (status == 500) {
            awaitLine(id, "ERROR");
        }
        if (flags.equals("01")) {
            ReceivedSpan server = trace(answer).server();
            assertEquals("00f067aa0ba902b7", server.parentId(), "goes on with the caller's");
            assertEquals(status >= 500, server.isError(), "of " + status);
        }
    }

    private static void awaitLine(String traceId, String what) {
        Path log = Path.of(a.status().log());
        await("the log's line of " + traceId + " with " + what).atMost(PATIENCE).until(() -> Files.readString(log)
                .lines()
                .anyMatch(line -> line.contains(traceId) && line.contains(what)));
    }

    private static void breakUpdates() throws SQLException {
        try (Connection sql = STACK.sql();
                Statement statement = sql.createStatement()) {
            statement.execute("""
                    CREATE OR REPLACE FUNCTION unforeseen() RETURNS trigger LANGUAGE plpgsql AS
                    $$BEGIN RAISE EXCEPTION 'of % nobody thought', NEW.email USING ERRCODE = '22000'; END$$""");
            statement.execute("CREATE OR REPLACE TRIGGER unforeseen BEFORE UPDATE ON users FOR EACH ROW"
                    + " WHEN (NEW.name = 'Unforeseen') EXECUTE FUNCTION unforeseen()");
        }
    }

    private Fresh create() throws IOException, InterruptedException {
        String email = "traced-" + UUID.randomUUID() + "@example.org";
        HttpResponse<String> created =
                send(request(a, SERVICE, "/users").POST(BodyPublishers.ofString(newUser(email))));
        assertEquals(201, created.statusCode(), created.body());
        Matcher id = ID.matcher(created.body());
        assertTrue(id.find(), created.body());
        SECRETS.add(email);
        SECRETS.add(id.group(1)); // so large that no other number has it in it
        return new Fresh(Long.parseLong(id.group(1)), email);
    }

    private static String newUser(String email) {
        return "{\"name\":\"Traced\",\"email\":\"%s\",\"plan\":\"pro\",\"currency\":\"EUR\"}".formatted(email);
    }

    private static String changed(String name, Fresh user) {
        return "{\"name\":\"%s\",\"email\":\"%s\",\"plan\":\"pro\"}".formatted(name, user.email);
    }

    private HttpResponse<String> get(Pod pod, Fresh user) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(request(pod, SERVICE, user.path()).GET());
        assertEquals(200, answer.statusCode(), answer.body());
        return answer;
    }

    private HttpResponse<String> put(Pod pod, Fresh user, String name) throws IOException, InterruptedException {
        return send(request(pod, SERVICE, user.path()).PUT(BodyPublishers.ofString(changed(name, user))));
    }

    private void order(String method, String body) throws IOException, InterruptedException {
        HttpResponse<String> ordered = send(request(a, OPERATOR, "/ops/degradation/override?feature=payments")
                .method(method, BodyPublishers.ofString(body)));
        assertTrue(ordered.statusCode() < 300, ordered.body());
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(Pod pod, String token, String path) {
        return HttpRequest.newBuilder(URI.create(pod.url() + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json");
    }

    private static Trace trace(HttpResponse<String> answer) {
        return collector.trace(traceId(answer));
    }

    private static String traceId(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Trace-Id").orElseThrow();
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }
}
