package dev.ballast.recommendations;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.ballast.problem.Rejection;
import dev.ballast.stack.Fault;
import dev.ballast.stack.Stack;
import dev.ballast.stack.StackResource;
import dev.ballast.stack.Tokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `/recommendations` as its callers see it, against the packaged service and real servers.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class RecommendationApiIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    Stack stack;

    /// Most look at what is popular, which is asked for while the API fails. Pays for the client's first call
    /// outside of what is waited for.
    @BeforeEach
    void callOnce() {
        stack.recommendations(Fault.status(503));
        get(7).then().statusCode(200).body("userId", equalTo(7));
    }

    @AfterEach
    void restore() throws SQLException {
        stack.recommendations(Fault.of(Fault.Kind.NONE));
        sql("DELETE FROM popular_items WHERE item_id LIKE 'test-%'");
        sql("UPDATE popular_items SET list = 'all' WHERE list <> 'all'");
    }

    @Test
    void get_seededItems_answersTheMostPopularBestFirst() {
        eventually(() -> get(7).then()
                .statusCode(200)
                .body("userId", equalTo(7))
                .body("source", equalTo("popular"))
                .body("items", hasSize(10))
                .body("items[0].id", equalTo("item-1"))
                .body("items[0].title", matchesPattern("[A-Z].+ [A-Z].+"))
                .body("items[0].score", equalTo(1.0f))
                .body("items[9].id", equalTo("item-10"))
                .header("X-Trace-Id", matchesPattern("[0-9a-f]{32}")));
    }

    @Test
    void get_fallback_isNotStoredAndNamesTheLevel() {
        eventually(() -> get(7).then()
                .body("source", equalTo("popular"))
                .header("Cache-Control", "no-store")
                .header("X-Service-Level", matchesPattern("degraded;.* ?recommendations=degraded.*")));
    }

    @Test
    void get_apiWell_answersPersonalItemsBestFirst() {
        stack.recommendations(Fault.of(Fault.Kind.NONE));
        eventually(() -> get(7).then()
                .statusCode(200)
                .body("userId", equalTo(7))
                .body("source", equalTo("personalized"))
                .body("items", hasSize(5))
                .body("items[0].score", equalTo(0.9f))
                .header("Cache-Control", nullValue()));
    }

    @Test
    void get_listChangedInSql_answersTheChange() throws SQLException {
        eventually(() -> get(7).then().body("items.id", hasItem("item-10")));

        sql("INSERT INTO popular_items (item_id, title, score) VALUES ('test-1', 'By Hand', 1)");
        eventually(() -> get(7).then().body("items.id", hasItems("item-1", "test-1", "item-9")));

        sql("UPDATE popular_items SET title = 'Renamed' WHERE item_id = 'test-1'");
        eventually(() -> get(7).then().body("items.title", hasItem("Renamed")));

        sql("DELETE FROM popular_items WHERE item_id = 'test-1'");
        eventually(() -> get(7).then().body("items.id", not(hasItem("test-1"))));
    }

    @Test
    void get_noPopularItems_isEmpty() throws SQLException {
        sql("UPDATE popular_items SET list = 'away'");
        eventually(() ->
                get(7).then().statusCode(200).body("source", equalTo("empty")).body("items", hasSize(0)));
        eventually(() -> as(Tokens.operator())
                .get("/ops/degradation")
                .then()
                .body("rehearsals.'recommendations/degraded'", equalTo("failed"))
                .body("rehearsals.'recommendations/minimal'", equalTo("ok")));
    }

    @Test
    void get_ownUser_answers() {
        as(Tokens.user(8)).get("/recommendations/8").then().statusCode(200).body("userId", equalTo(8));
    }

    @Test
    void opsCache_read_listsItBesideTheUsers() {
        eventually(() -> get(7).then().body("source", equalTo("popular")));
        as(Tokens.operator())
                .get("/ops/cache")
                .then()
                .statusCode(200)
                .body("cache", hasItems("users", "popular-items"))
                .body("find { it.cache == 'popular-items' }.maxEntries", equalTo(10));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void call_badInput_isRefusedWithAReason(Rejection row) {
        row.check(given());
    }

    static Stream<Rejection> call_badInput_isRefusedWithAReason() {
        String rule = "a user id is a positive whole number of up to 18 digits";
        String service = Tokens.service();
        return Stream.of(
                row("a word for an id", 400, rule, "GET", "/recommendations/ada", service),
                row("zero", 400, rule, "GET", "/recommendations/0", service),
                row("a negative id", 400, rule, "GET", "/recommendations/-1", service),
                row("an id of 19 digits", 400, rule, "GET", "/recommendations/1234567890123456789", service),
                row("SQL", 400, rule, "GET", "/recommendations/1%27%20OR%20%271", service),
                row("a NUL", 400, rule, "GET", "/recommendations/%00", service),
                row("no id", 404, "there is nothing at", "GET", "/recommendations", service),
                row("POST", 405, "Allow header", "POST", "/recommendations/1", service),
                row("no token", 401, "needs a bearer token", "GET", "/recommendations/1", null),
                row("garbage for a token", 401, "expired, malformed", "GET", "/recommendations/1", "garbage"),
                row("another user", 403, "its own user only", "GET", "/recommendations/1", Tokens.user(2)),
                row(
                        "no role",
                        403,
                        "roles of this token",
                        "GET",
                        "/recommendations/1",
                        Tokens.as().subject("1").sign()));
    }

    private static Rejection row(
            String title, int status, String detail, String method, String path, String tokenOrNull) {
        return Rejection.of(title, status, detail, method, path, request -> {
            if (tokenOrNull != null) {
                request.header("Authorization", "Bearer " + tokenOrNull);
            }
        });
    }

    /// A read that takes too long is empty, by contract: on a busy machine the next one answers.
    private static void eventually(Runnable assertion) {
        await().atMost(SOON).untilAsserted(assertion::run);
    }

    private static Response get(long user) {
        return as(Tokens.service()).get("/recommendations/" + user);
    }

    private static RequestSpecification as(String token) {
        return given().header("Authorization", "Bearer " + token);
    }

    private void sql(String statement) throws SQLException {
        try (Connection connection = stack.sql();
                Statement sql = connection.createStatement()) {
            sql.execute(statement);
        }
    }
}
