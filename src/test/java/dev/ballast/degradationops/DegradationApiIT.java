package dev.ballast.degradationops;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.load.Metrics;
import dev.ballast.payments.PaymentCalls;
import dev.ballast.problem.Rejection;
import dev.ballast.stack.Stack;
import dev.ballast.stack.StackResource;
import dev.ballast.stack.Tokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `/ops/degradation` against the packaged service.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class DegradationApiIT {
    private static final String OVERRIDE = "/ops/degradation/override";
    private static final Duration SOON = Duration.ofSeconds(20);

    Stack stack;

    @AfterEach
    void revert() {
        operator().delete(OVERRIDE);
        for (String feature : List.of("recommendations", "payments", "users", "rate-limits")) {
            operator().delete(OVERRIDE + "?feature=" + feature);
        }
    }

    @Test
    void get_allWell_tellsOfEveryFeatureAndDependency() {
        await().atMost(SOON).untilAsserted(() -> operator()
                .get("/ops/degradation")
                .then()
                .statusCode(200)
                .body("level", equalTo("normal"))
                .body("features.feature", hasItems("payments", "rate-limits", "recommendations", "users"))
                .body("dependencies.dependency", hasItems("kafka", "postgresql", "recommendation-api", "redis"))
                .body("dependencies.find { it.dependency == 'redis' }.condition", equalTo("well"))
                .body("dependencies.find { it.dependency == 'redis' }.lastProbe", equalTo("up"))
                .body("dependencies.find { it.dependency == 'redis' }.lastProbeMs", greaterThan(0f))
                .body("dependencies.find { it.dependency == 'redis' }.lastProbeAt", containsString("T"))
                .body("dependencies.find { it.dependency == 'redis' }.silent", equalTo(false))
                .body("dependencies.find { it.dependency == 'redis' }.breakers.'cache users'", equalTo("closed"))
                .body("dependencies.find { it.dependency == 'redis' }.breakers.'rate-limits'", equalTo("closed"))
                .body("dependencies.find { it.dependency == 'postgresql' }.breakers.statements", equalTo("closed"))
                .body(
                        "dependencies.find { it.dependency == 'recommendation-api' }.breakers.recommendations",
                        equalTo("closed"))
                .body("dependencies.find { it.dependency == 'redis' }.probes.ok", greaterThan(5))
                .body("rehearsals.'recommendations/degraded'", equalTo("ok"))
                .body("rehearsals.'recommendations/minimal'", equalTo("ok")));
    }

    @Test
    void override_feature_bindsIt_isToldAndAudited_andReverts() {
        put("{\"feature\":\"recommendations\",\"level\":\"minimal\",\"reason\":\"a test\",\"ttlSeconds\":3}")
                .then()
                .statusCode(200)
                .body("by", equalTo("local-operator"));
        user().get("/recommendations/7")
                .then()
                .body("source", equalTo("empty"))
                .header("X-Service-Level", containsString("recommendations=minimal"))
                .header("Cache-Control", "no-store");
        operator()
                .get("/ops/degradation")
                .then()
                .body("overrides", hasSize(1))
                .body(
                        "features.find { it.feature == 'recommendations' }.why",
                        containsString("local-operator: a test"));
        operator()
                .get("/ops/audit?action=degradation.override")
                .then()
                .body("entries[0].who", equalTo("local-operator"))
                .body("entries[0].target", equalTo("recommendations"));

        await("it reverts by itself").atMost(SOON).untilAsserted(() -> operator()
                .get("/ops/degradation")
                .then()
                .body("overrides", hasSize(0))
                .body("features.find { it.feature == 'recommendations' }.level", equalTo("normal")));
        operator()
                .get("/ops/degradation/events")
                .then()
                .body("findAll { it.subject == 'override' }.reason", hasItem("its time is over"));
    }

    @Test
    void override_all_bindsEveryFeature_untilDeleted() {
        put("{\"level\":\"degraded\",\"reason\":\"a test\",\"ttlSeconds\":600}")
                .then()
                .statusCode(200);
        user().get("/recommendations/7").then().header("X-Service-Level", containsString("degraded; "));
        operator().delete(OVERRIDE).then().statusCode(204);
        operator().delete(OVERRIDE).then().statusCode(404);
    }

    @Test
    void override_paymentsDegraded_acceptsIntoTheOutbox() {
        long user = PaymentCalls.user(100);
        String order = PaymentCalls.orderId();
        double deferred = deferred();
        put(override("payments", "degraded")).then().statusCode(200);
        PaymentCalls.pay(order, user, 10).then().statusCode(202);
        assertTrue(deferred() > deferred, "it was not left to the sweeper");
        await().atMost(SOON).until(() -> PaymentCalls.status(order), equalTo("COMPLETED"));
    }

    @Test
    void override_paymentsMinimal_refusesOrdersAndDeposits_notTheBooks() {
        long user = PaymentCalls.user(100);
        put(override("payments", "minimal")).then().statusCode(200);
        for (Response refused : List.of(
                PaymentCalls.pay(PaymentCalls.orderId(), user, 10),
                PaymentCalls.deposit(user, PaymentCalls.orderId(), 10))) {
            refused.then()
                    .statusCode(503)
                    .contentType("application/problem+json")
                    .header("Retry-After", "1")
                    .header("X-Service-Level", containsString("payments=minimal"))
                    .body("detail", containsString("an operator ordered"));
        }
        assertEquals(100, PaymentCalls.balance(user));
    }

    @Test
    void override_users_bindsReadsAndChanges() {
        long user = PaymentCalls.user(0);
        put(override("users", "degraded")).then().statusCode(200);
        PaymentCalls.service()
                .get("/users/{id}", user)
                .then()
                .statusCode(200)
                .header("Cache-Status", not(containsString("stored")));

        put(override("users", "minimal")).then().statusCode(200);
        PaymentCalls.service().get("/users/{id}", user).then().statusCode(200);
        PaymentCalls.service()
                .get("/users/{id}", user + 1_000_000)
                .then()
                .statusCode(503)
                .header("Retry-After", "1");
        PaymentCalls.service()
                .delete("/users/{id}", user)
                .then()
                .statusCode(503)
                .header("Retry-After", "1");
    }

    @Test
    void override_rateLimits_asksRedisForNothing() {
        double locally = admittedLocally();
        put(override("rate-limits", "degraded")).then().statusCode(200);
        user().get("/recommendations/7").then().statusCode(200);
        assertTrue(admittedLocally() > locally);
    }

    @Test
    void events_areStreamed() throws InterruptedException {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        HttpRequest request = HttpRequest.newBuilder(URI.create(url() + "/ops/degradation/events"))
                .header("Authorization", "Bearer " + Tokens.operator())
                .header("Accept", "text/event-stream")
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            CompletableFuture<HttpResponse<Stream<String>>> answer =
                    client.sendAsync(request, HttpResponse.BodyHandlers.ofLines());
            Thread reader = Thread.startVirtualThread(() ->
                    answer.thenAccept(there -> there.body().forEach(lines::add)).join());
            String told = "";
            // nobody says when the stream is open, so it is said again until it is heard
            for (int tries = 0; tries < 20 && !told.contains("\"to\":\"minimal\""); tries++) {
                put(override("recommendations", "minimal")).then().statusCode(200);
                told = next(lines);
                operator().delete(OVERRIDE + "?feature=recommendations");
            }
            assertTrue(told.contains("\"subject\":\"override\""), told);
            assertTrue(told.contains("\"name\":\"recommendations\""), told);
            client.shutdownNow();
            reader.join(Duration.ofSeconds(5));
        }
    }

    /// The next line that holds an event; empty where none comes for a second.
    private static String next(BlockingQueue<String> lines) throws InterruptedException {
        String line = lines.poll(1, TimeUnit.SECONDS);
        while (line != null && !line.startsWith("data:")) {
            line = lines.poll(1, TimeUnit.SECONDS);
        }
        return line == null ? "" : line;
    }

    private static String override(String feature, String level) {
        return "{\"feature\":\"%s\",\"level\":\"%s\",\"reason\":\"a test\",\"ttlSeconds\":60}"
                .formatted(feature, level);
    }

    private static double deferred() {
        return metrics().sum("ballast_payments_accepted_total", "published=\"deferred\"");
    }

    private static double admittedLocally() {
        return metrics().sum("ballast_ratelimit_charges_total", "outcome=\"admitted-locally\"");
    }

    private static Metrics metrics() {
        return Metrics.of(url());
    }

    private static String url() {
        return RestAssured.baseURI + ":" + RestAssured.port;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void call_badInput_isRefusedWithAReason(Rejection row) {
        row.check(given());
    }

    static Stream<Rejection> call_badInput_isRefusedWithAReason() {
        String levels = "level must be one of normal, degraded, minimal";
        String features = "feature must be one of payments, rate-limits, recommendations, users, or left out for all";
        String ttl = "ttlSeconds must be from 1 to 3600";
        String reason = "reason must say why";
        return Stream.of(
                body("unknown level", levels, "{\"level\":\"off\",\"reason\":\"x\",\"ttlSeconds\":1}"),
                body("no level", levels, "{\"reason\":\"x\",\"ttlSeconds\":1}"),
                body(
                        "unknown feature",
                        features,
                        "{\"feature\":\"x\",\"level\":\"minimal\",\"reason\":\"x\",\"ttlSeconds\":1}"),
                body("no reason", reason, "{\"level\":\"minimal\",\"ttlSeconds\":1}"),
                body("a blank reason", reason, "{\"level\":\"minimal\",\"reason\":\" \",\"ttlSeconds\":1}"),
                body("no time", ttl, "{\"level\":\"minimal\",\"reason\":\"x\"}"),
                body("no time at all", ttl, "{\"level\":\"minimal\",\"reason\":\"x\",\"ttlSeconds\":0}"),
                body("a negative time", ttl, "{\"level\":\"minimal\",\"reason\":\"x\",\"ttlSeconds\":-1}"),
                body(
                        "a word for a time",
                        "must be a whole number",
                        "{\"level\":\"minimal\",\"reason\":\"x\",\"ttlSeconds\":\"soon\"}"),
                body(
                        "a time beyond all numbers",
                        "must be a whole number",
                        "{\"level\":\"minimal\",\"reason\":\"x\",\"ttlSeconds\":99999999999999999999}"),
                body("more than an hour", ttl, "{\"level\":\"minimal\",\"reason\":\"x\",\"ttlSeconds\":3601}"),
                body("an unknown field", "is not known here", "{\"lvl\":\"minimal\"}"),
                Rejection.of(
                        "another's override",
                        400,
                        features,
                        "DELETE",
                        OVERRIDE + "?feature=x",
                        DegradationApiIT::asOperator),
                Rejection.of(
                        "a service",
                        403,
                        "roles of this token",
                        "GET",
                        "/ops/degradation",
                        request -> request.header("Authorization", "Bearer " + Tokens.service())));
    }

    private static Rejection body(String title, String detail, String body) {
        return Rejection.of(title, 400, detail, "PUT", OVERRIDE, request -> {
            asOperator(request);
            request.contentType("application/json").body(body);
        });
    }

    private static void asOperator(RequestSpecification request) {
        request.header("Authorization", "Bearer " + Tokens.operator());
    }

    private static Response put(String body) {
        return operator().contentType("application/json").body(body).put(OVERRIDE);
    }

    private static RequestSpecification operator() {
        return given().header("Authorization", "Bearer " + Tokens.operator());
    }

    private static RequestSpecification user() {
        return given().header("Authorization", "Bearer " + Tokens.user(7));
    }
}
