package dev.ballast.users;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.load.Metrics;
import dev.ballast.stack.Stack;
import dev.ballast.stack.StackResource;
import dev.ballast.stack.Tokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// `/users` as its callers see it, against the packaged service and real servers.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class UserApiIT {
    Stack stack;

    @Test
    void get_seededUser_answersAllFields() {
        service()
                .get("/users/1")
                .then()
                .statusCode(200)
                .contentType(ContentType.JSON)
                .body("id", equalTo(1))
                .body("name", notNullValue())
                .body("email", containsString("@example."))
                .body("plan", matchesPattern("free|pro|enterprise"))
                .body("version", equalTo(1))
                .body("updatedAt", matchesPattern("\\d{4}-\\d\\d-\\d\\dT.*Z"))
                .header("ETag", "\"1\"")
                .header("Cache-Control", "private, no-cache")
                .header("X-Content-Type-Options", "nosniff")
                .header("X-Trace-Id", matchesPattern("[0-9a-f]{32}"))
                .header("traceresponse", matchesPattern("00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]"));
    }

    @Test
    void get_ownUser_answers() {
        as(Tokens.user(7)).get("/users/7").then().statusCode(200).body("id", equalTo(7));
    }

    @Test
    void get_tokenSentAgain_isNotVerifiedAgain() {
        String token = Tokens.as("user").subject("7").claim("sent", "again").sign();
        double verified = tokens("verified");
        double remembered = tokens("remembered");

        as(token).get("/users/7").then().statusCode(200);
        as(token).get("/users/7").then().statusCode(200);

        assertEquals(verified + 1, tokens("verified"));
        assertEquals(remembered + 1, tokens("remembered"));
        as(token + "x").get("/users/7").then().statusCode(401);
        assertEquals(verified + 1, tokens("verified"));
    }

    private static double tokens(String outcome) {
        return Metrics.of("http://localhost:" + RestAssured.port)
                .sum("ballast_security_tokens_total", "outcome=\"%s\"".formatted(outcome));
    }

    @Test
    void get_ownUserUnderAnotherName_answers() {
        String token = Tokens.as("user")
                .subject("7")
                .claim("upn", "8")
                .claim("preferred_username", "joe")
                .sign();
        as(token).get("/users/7").then().statusCode(200);
        as(token).get("/users/8").then().statusCode(403);
    }

    @Test
    void get_operator_reachesAnyUser() {
        as(Tokens.operator()).get("/users/7").then().statusCode(200);
    }

    @Test
    void get_coldKey_isLoadedStoredAndThenHotInMemory() {
        String path = "/users/" + create();
        service().get(path).then().header("Cache-Status", "L1; fwd=miss, L2; fwd=miss; stored");
        service().get(path).then().header("Cache-Status", "L1; hit");
    }

    @Test
    void get_unknownUser_isRememberedAsMissing() {
        service().get("/users/987654321").then().statusCode(404);
        service().get("/users/987654321").then().statusCode(404).body("detail", equalTo("there is no user 987654321"));
    }

    @Test
    void get_changedByHand_isSeenWithinSeconds() throws SQLException {
        service().get("/users/502").then().statusCode(200);
        execute("UPDATE users SET name = 'changed by hand' WHERE id = ?", 502);
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> service().get("/users/502").then().body("name", equalTo("changed by hand")));
    }

    @Test
    void put_acknowledged_leavesNothingInTheOutbox() throws SQLException {
        int id = create();
        service()
                .body(change("Grace Hopper", email()))
                .put("/users/" + id)
                .then()
                .header("Ballast-Invalidation", "acknowledged");
        await().atMost(Duration.ofSeconds(5)).until(() -> waiting(id) == 0);
    }

    private long waiting(int id) throws SQLException {
        try (Connection sql = stack.sql();
                PreparedStatement count =
                        sql.prepareStatement("SELECT count(*) FROM cache_invalidations WHERE key = ?")) {
            count.setString(1, String.valueOf(id));
            ResultSet row = count.executeQuery();
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void get_ifNoneMatchNamesTheVersion_answers304WithoutBody() {
        for (String tag : List.of("\"1\"", "W/\"1\"", "*", "\"7\", \"1\"")) {
            Response response = service().header("If-None-Match", tag).get("/users/2");
            assertEquals(304, response.statusCode(), tag);
            assertEquals("", response.asString());
            assertEquals("\"1\"", response.header("ETag"));
        }
    }

    @Test
    void get_ifNoneMatchNamesAnotherVersion_answers200() {
        service().header("If-None-Match", "\"99\"").get("/users/2").then().statusCode(200);
    }

    @Test
    void getAll_someUnknown_answersInTheOrderAskedAndNamesTheMissing() {
        service()
                .get("/users?ids=3,987654322,1,2,3")
                .then()
                .statusCode(200)
                .body("users.id", equalTo(List.of(3, 1, 2)))
                .body("missing", equalTo(List.of(987654322)));
    }

    @Test
    void getAll_fiveHundred_answersAll() {
        String ids = String.join(
                ",",
                IntStream.rangeClosed(1000, 1499).mapToObj(Integer::toString).toList());
        service()
                .get("/users?ids=" + ids)
                .then()
                .statusCode(200)
                .body("users", hasSize(500))
                .body("missing", hasSize(0));
    }

    @Test
    void getAll_ownIdOnly_isAllowedForAUser() {
        as(Tokens.user(7)).get("/users?ids=7").then().statusCode(200).body("users.id", equalTo(List.of(7)));
    }

    @Test
    void post_newUser_isCreatedWithAccountAndReadable() throws SQLException {
        Response created = service().body(body(email())).post("/users");
        assertEquals(201, created.statusCode(), created.asString());
        int id = created.jsonPath().getInt("id");
        assertEquals("/users/" + id, created.header("Location"));
        assertEquals("\"1\"", created.header("ETag"));
        assertEquals("acknowledged", created.header("Ballast-Invalidation"));
        service()
                .get("/users/" + id)
                .then()
                .statusCode(200)
                .body("name", equalTo("Ada Lovelace"))
                .body("version", equalTo(1));
        assertEquals("EUR/0/OPEN", account(id));
    }

    @Test
    void post_idAskedForBefore_isFoundAtOnce() {
        int next = service().body(body(email())).post("/users").jsonPath().getInt("id") + 1;
        service().get("/users/" + next).then().statusCode(404);
        assertEquals(
                next, service().body(body(email())).post("/users").jsonPath().getInt("id"));
        service().get("/users/" + next).then().statusCode(200);
    }

    @Test
    void post_sqlAndMarkupInAName_areKeptAsText() {
        String name = "Robert'); DROP TABLE users;-- <script>alert(1)</script> \\u0026 日本 😀";
        int id = service()
                .body("{\"name\":\"" + name + "\",\"email\":\"" + email()
                        + "\",\"plan\":\"free\",\"currency\":\"EUR\"}")
                .post("/users")
                .jsonPath()
                .getInt("id");
        service().get("/users/" + id).then().body("name", equalTo(name.replace("\\u0026", "&")));
    }

    @Test
    void put_change_isReadAtOnceAndCountsTheVersion() {
        int id = create();
        service().get("/users/" + id).then().statusCode(200);
        String email = email();
        service()
                .body(change("Grace Hopper", email))
                .put("/users/" + id)
                .then()
                .statusCode(200)
                .header("ETag", "\"2\"")
                .header("Ballast-Invalidation", "acknowledged")
                .body("version", equalTo(2))
                .body("plan", equalTo("enterprise"));
        service()
                .get("/users/" + id)
                .then()
                .body("name", equalTo("Grace Hopper"))
                .body("email", equalTo(email))
                .header("ETag", "\"2\"");
    }

    @Test
    void put_ifMatchOfTwoWriters_letsOneWin() {
        int id = create();
        service()
                .header("If-Match", "\"1\"")
                .body(change("First", email()))
                .put("/users/" + id)
                .then()
                .statusCode(200);
        service()
                .header("If-Match", "\"1\"")
                .body(change("Second", email()))
                .put("/users/" + id)
                .then()
                .statusCode(412);
        service().get("/users/" + id).then().body("name", equalTo("First"));
    }

    @Test
    void put_ifMatchAny_changesWhatExists() {
        service()
                .header("If-Match", "*")
                .body(change("Any", email()))
                .put("/users/" + create())
                .then()
                .statusCode(200);
    }

    @Test
    void put_own_isAllowedForAUser() {
        int id = create();
        as(Tokens.user(id))
                .body(change("Myself", email()))
                .put("/users/" + id)
                .then()
                .statusCode(200);
    }

    @Test
    void delete_user_isGoneAndItsAccountClosed() throws SQLException {
        int id = create();
        service().get("/users/" + id).then().statusCode(200);
        service().delete("/users/" + id).then().statusCode(204).header("Ballast-Invalidation", "acknowledged");
        service().get("/users/" + id).then().statusCode(404);
        assertEquals("EUR/0/CLOSED", account(id));
        service().delete("/users/" + id).then().statusCode(404);
    }

    @Test
    void delete_ifMatchOfAnotherVersion_keepsTheUser() {
        int id = create();
        service().header("If-Match", "\"5\"").delete("/users/" + id).then().statusCode(412);
        service().get("/users/" + id).then().statusCode(200);
    }

    @Test
    void head_user_answersTheHeadersOfGet() {
        service().head("/users/1").then().statusCode(200).header("ETag", "\"1\"");
    }

    @Test
    void metrics_afterReads_countTiersAndRequests() {
        service().get("/users/503").then().statusCode(200);
        service().get("/users/503").then().statusCode(200);
        String metrics = given().get("/q/metrics").asString();
        assertTrue(
                metrics.lines().anyMatch(line -> line.matches("ballast_cache_\\S*\\{.*cache=\"users\".*tier=\"l1\".*")),
                metrics);
        assertTrue(metrics.contains("uri=\"/users/{id}\""), "requests are counted by route template");
        assertTrue(metrics.lines().anyMatch(line -> line.startsWith("ballast_redis_commands")));
    }

    @Test
    void openapi_describesTheCalls() {
        given().accept("application/json")
                .get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .body("paths.'/users/{id}'.keySet()", hasItem("put"))
                .body("components.schemas.NewUser.properties.email.maxLength", equalTo(254));
    }

    @Test
    void health_running_isUpInEachSense() {
        for (String kind : List.of("live", "ready", "started", "well")) {
            given().get("/q/health/" + kind).then().statusCode(200).body("status", equalTo("UP"));
        }
    }

    private static RequestSpecification service() {
        return as(Tokens.service());
    }

    private static RequestSpecification as(String token) {
        return given().header("Authorization", "Bearer " + token).contentType(ContentType.JSON);
    }

    private static int create() {
        return service().body(body(email())).post("/users").jsonPath().getInt("id");
    }

    private static String email() {
        return UUID.randomUUID() + "@example.org";
    }

    private static String body(String email) {
        return "{\"name\":\"Ada Lovelace\",\"email\":\"" + email + "\",\"plan\":\"pro\",\"currency\":\"EUR\"}";
    }

    private static String change(String name, String email) {
        return "{\"name\":\"" + name + "\",\"email\":\"" + email + "\",\"plan\":\"enterprise\"}";
    }

    private String account(int userId) throws SQLException {
        try (Connection sql = stack.sql();
                PreparedStatement read =
                        sql.prepareStatement("SELECT currency, balance, status FROM accounts WHERE user_id = ?")) {
            read.setLong(1, userId);
            ResultSet row = read.executeQuery();
            assertTrue(row.next(), "the account is there");
            return row.getString(1) + "/" + row.getLong(2) + "/" + row.getString(3);
        }
    }

    private void execute(String statement, long id) throws SQLException {
        try (Connection sql = stack.sql();
                PreparedStatement update = sql.prepareStatement(statement)) {
            update.setLong(1, id);
            assertEquals(1, update.executeUpdate());
        }
    }
}
