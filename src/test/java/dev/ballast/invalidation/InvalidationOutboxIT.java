package dev.ballast.invalidation;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.load.Metrics;
import dev.ballast.stack.RedisConsole;
import dev.ballast.stack.Server;
import dev.ballast.stack.Stack;
import dev.ballast.stack.StackResource;
import dev.ballast.stack.Tokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What becomes of invalidations that nobody delivered at once, against the packaged service and real servers.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class InvalidationOutboxIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    Stack stack;

    @AfterEach
    void heal() {
        stack.heal();
    }

    @Test
    void put_redisDown_isDeferredAndDeliveredWhenItIsBack() {
        service().get("/users/801").then().statusCode(200);
        stack.kill(Server.REDIS);
        await().atMost(SOON).untilAsserted(() -> change(801, "deferred"));
        assertTrue(waiting(801) > 0);
        await().atMost(SOON).until(() -> depth() > 0);

        stack.start(Server.REDIS);

        await().atMost(SOON).until(() -> waiting(801) == 0);
        await().atMost(SOON).until(() -> depth() == 0);
        service().get("/users/801").then().body("name", equalTo("Changed"));
    }

    @Test
    void sql_rowsChangedInsertedAndDeletedByHand_areNotedAndSwept() throws SQLException {
        service().get("/users/802").then().statusCode(200);
        service().get("/users/7654321").then().statusCode(404);
        try (Connection sql = stack.sql();
                Statement statement = sql.createStatement()) {
            statement.execute("UPDATE users SET name = 'By Hand' WHERE id IN (802, 803)");
            statement.execute(
                    "INSERT INTO users (id, name, email, plan) VALUES (7654321, 'N', 'n@example.org', 'pro')");
        }
        await().atMost(SOON).untilAsserted(() -> {
            service().get("/users/802").then().body("name", equalTo("By Hand"));
            service().get("/users/7654321").then().statusCode(200);
        });
        try (Connection sql = stack.sql();
                Statement statement = sql.createStatement()) {
            statement.execute("DELETE FROM users WHERE id = 7654321");
        }
        await().atMost(SOON)
                .untilAsserted(() -> service().get("/users/7654321").then().statusCode(404));
        await().atMost(SOON).until(() -> waiting(802) + waiting(803) + waiting(7654321) == 0);
    }

    /// What this version cannot have made is invalidated by its name: in a rolling upgrade other pods have that cache.
    @Test
    void note_ofACacheThisVersionHasNot_isDeliveredToRedis() throws SQLException {
        String entry = "ballast:{upgraded:" + (("1".hashCode() * 0x9E3779B9) >>> 26) + "}:1";
        RedisConsole.once(stack.redisUrl(), "SET", entry, "old");
        note("('upgraded', '1')");
        await().atMost(SOON).until(() -> waiting("cache = 'upgraded'") == 0);
        assertEquals("null", RedisConsole.once(stack.redisUrl(), "GET", entry));
    }

    @Test
    void note_ofWhatNoKeyCanBe_isDroppedAndStopsNoOther() throws SQLException {
        service().get("/users/805").then().statusCode(200);
        note("('users', ''), ('users', repeat('x', 300)), ('No Name', '1'), ('users', 'abc'), ('users', '805')");
        await().atMost(SOON)
                .until(() -> waiting("key IN ('', 'abc', '805') OR length(key) > 256 OR cache = 'No Name'") == 0);
        service().get("/users/805").then().header("Cache-Status", "L1; fwd=miss, L2; fwd=miss; stored");
    }

    @Test
    void operatorsDelete_redisDown_isDeferredAndDeliveredWhenItIsBack() {
        service().get("/users/806").then().statusCode(200);
        stack.kill(Server.REDIS);
        await().atMost(SOON).untilAsserted(() -> operator()
                .delete("/ops/cache/users/806")
                .then()
                .statusCode(204)
                .header("Ballast-Invalidation", "deferred"));
        operator().delete("/ops/cache/popular-items").then().statusCode(204).header("Ballast-Invalidation", "deferred");
        assertTrue(waiting(806) > 0);
        assertTrue(waiting("cache = 'popular-items' AND key IS NULL") > 0);

        stack.start(Server.REDIS);

        await().atMost(SOON).until(() -> waiting("key = '806' OR cache = 'popular-items'") == 0);
    }

    private void note(String rows) throws SQLException {
        try (Connection sql = stack.sql();
                Statement statement = sql.createStatement()) {
            statement.execute("INSERT INTO cache_invalidations (cache, key) VALUES " + rows);
        }
    }

    private static void change(long id, String invalidation) {
        service()
                .body("{\"name\":\"Changed\",\"email\":\"changed-" + id + "@example.org\",\"plan\":\"pro\"}")
                .put("/users/" + id)
                .then()
                .statusCode(200)
                .header("Ballast-Invalidation", invalidation);
    }

    private static double depth() {
        return Metrics.of(RestAssured.baseURI + ":" + RestAssured.port)
                .find("ballast_invalidation_outbox_depth")
                .orElseThrow();
    }

    private long waiting(long key) {
        return waiting("cache = 'users' AND key = '" + key + "'");
    }

    private long waiting(String which) {
        try (Connection sql = stack.sql();
                Statement statement = sql.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM cache_invalidations WHERE " + which)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RequestSpecification operator() {
        return given().header("Authorization", "Bearer " + Tokens.operator()).contentType(ContentType.JSON);
    }

    private static RequestSpecification service() {
        return given().header("Authorization", "Bearer " + Tokens.service()).contentType(ContentType.JSON);
    }
}
