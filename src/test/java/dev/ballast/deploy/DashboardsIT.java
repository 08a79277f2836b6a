package dev.ballast.deploy;

import static dev.ballast.payments.PaymentCalls.as;
import static dev.ballast.payments.PaymentCalls.deposit;
import static dev.ballast.payments.PaymentCalls.event;
import static dev.ballast.payments.PaymentCalls.orderId;
import static dev.ballast.payments.PaymentCalls.pay;
import static dev.ballast.payments.PaymentCalls.send;
import static dev.ballast.payments.PaymentCalls.service;
import static dev.ballast.payments.PaymentCalls.soon;
import static dev.ballast.payments.PaymentCalls.user;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.Stack;
import dev.ballast.stack.StackResource;
import dev.ballast.stack.Tokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Dashboards and alerts ask for what the service really exports: first by what a scrape of it says, then by what a
/// Prometheus makes of it.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class DashboardsIT {
    /// What no scrape of a healthy service can have: failures.
    private static final Set<String> RARE = Set.of("status=~\"5..\"", "outcome=\"failed\"");

    /// Alerts over series that are there in trouble only.
    private static final Set<String> EMPTY_WHEN_WELL = Set.of("BallastAbsent", "BallastRehearsalFails");

    /// Of an endpoint that no other test limits.
    private static final String POLICY = "get-ops-degradation-events";

    private static boolean trafficWasMade;

    Stack stack;

    /// Everything there are figures of happens once: reads of each tier, a change, payments, a letter, a rejection, an
    /// order, an answer without its first choice.
    @BeforeEach
    void makeTrafficOnce() {
        if (trafficWasMade) {
            return;
        }
        long id = user(1_000);
        for (int i = 0; i < 3; i++) {
            service().get("/users/{id}", id).then().statusCode(200);
            service().get("/recommendations/{id}", id).then().statusCode(200);
        }
        deposit(id, orderId(), 5).then().statusCode(200);
        String order = orderId();
        pay(order, id, 10).then().statusCode(202);
        soon().until(() -> service().get("/payments/{id}", order).jsonPath().getString("status"), equalTo("COMPLETED"));
        long nobody = 999_999_999_999L;
        send(
                stack,
                Long.toString(nobody).getBytes(UTF_8),
                List.of(event(orderId(), nobody, 1).getBytes(UTF_8)));
        rejectOne();
        orderAndRevert();
        soon().until(() -> metrics().contains("ballast_deadletters_open{topic=\"payments\""));
        trafficWasMade = true;
    }

    @Test
    void rulesAndDashboards_askForWhatIsScraped() {
        Scrape scrape = scrape();
        Map<String, Set<String>> missing = new TreeMap<>();
        expressions().forEach((where, expression) -> {
            Set<String> found = scrape.missing(Promql.read(expression), RARE);
            if (!found.isEmpty()) {
                missing.put(where, found);
            }
        });
        assertEquals(Map.of(), missing);
    }

    @Test
    void madeUpNames_areFoundOut() {
        Scrape scrape = scrape();
        for (String madeUp : Set.of(
                "ballast_cache_hit_total",
                "sum by (pod) (ballast_cache_hits_total)",
                "ballast_cache_hits_total{tier=\"l3\"}")) {
            assertFalse(scrape.missing(Promql.read(madeUp), RARE).isEmpty(), madeUp);
        }
    }

    @Test
    void prometheus_evaluatesAllAndHasDataForAllThatHasSome(@TempDir Path directory) throws Exception {
        try (Prometheus prometheus = Prometheus.scraping("localhost:" + RestAssured.port, directory)) {
            prometheus.awaitEvaluation();
            assertEquals(Map.of(), prometheus.failedRules());
            assertEquals(0, prometheus.results("ballast_cache_hit_total"), "a made-up name");

            List<String> traces = prometheus.traces("http_server_requests_seconds_bucket{uri=\"/users/{id}\"}");
            assertFalse(traces.isEmpty(), "exemplars are stored");
            traces.forEach(trace -> assertTrue(trace.matches("[0-9a-f]{32}"), trace));

            Set<String> empty = new TreeSet<>();
            for (Dashboard dashboard : Dashboard.all()) {
                for (Dashboard.Query query : dashboard.queries()) {
                    if (prometheus.results(query.evaluable()) == 0) {
                        empty.add(query.toString());
                    }
                }
            }
            assertEquals(Set.of(), empty);
            Set<String> emptyAlerts = new TreeSet<>();
            for (Rule alert : Rule.alerts()) {
                if (prometheus.results(unfiltered(alert.expression())) == 0) {
                    emptyAlerts.add(alert.name());
                }
            }
            emptyAlerts.removeAll(EMPTY_WHEN_WELL);
            assertEquals(Set.of(), emptyAlerts);
        }
    }

    /// The alert's expression with a result for what is well too, 0 instead of none, and looking back no further than
    /// to where this Prometheus has something.
    private static String unfiltered(String expression) {
        return expression
                .replaceAll(" unless .*", "")
                .replaceAll(" (>=|==|>) ", " $1 bool ")
                .replaceAll("offset \\w+", "offset 2s");
    }

    /// By where they stand.
    private static Map<String, String> expressions() {
        Map<String, String> all = new TreeMap<>();
        Rule.read().forEach(rule -> all.put(rule.name(), rule.expression()));
        Dashboard.all()
                .forEach(dashboard ->
                        dashboard.queries().forEach(query -> all.put(query.toString(), query.expression())));
        return all;
    }

    private static Scrape scrape() {
        return Scrape.of(metrics())
                .with(Rule.read().stream()
                        .filter(rule -> !rule.isAlert())
                        .map(Rule::name)
                        .toList());
    }

    private static String metrics() {
        return given().accept("text/plain").get("/q/metrics").asString();
    }

    private static void rejectOne() {
        int limit =
                operator().get("/ops/rate-limits").jsonPath().getInt("find { it.policy == '" + POLICY + "' }.limit");
        operator()
                .body(Map.of("limit", 1))
                .put("/ops/rate-limits/" + POLICY)
                .then()
                .statusCode(200);
        soon().until(() -> operator().get("/ops/degradation/events").statusCode(), equalTo(429));
        operator()
                .body(Map.of("limit", limit))
                .put("/ops/rate-limits/" + POLICY)
                .then()
                .statusCode(200);
    }

    private static void orderAndRevert() {
        operator()
                .body(Map.of("feature", "recommendations", "level", "degraded", "reason", "a test", "ttlSeconds", 60))
                .put("/ops/degradation/override")
                .then()
                .statusCode(200);
        service().get("/recommendations/1").then().statusCode(200);
        operator()
                .delete("/ops/degradation/override?feature=recommendations")
                .then()
                .statusCode(204);
    }

    private static RequestSpecification operator() {
        return as(Tokens.operator());
    }
}
