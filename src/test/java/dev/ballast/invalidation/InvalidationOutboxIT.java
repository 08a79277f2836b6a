package dev.ballast.invalidation;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.stack.Server;
import dev.ballast.stack.Stack;
import dev.ballast.stack.StackResource;
import dev.ballast.stack.Tokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
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
        assertEquals(1, waiting(801) > 0 ? 1 : 0);

        stack.start(Server.REDIS);

        await().atMost(SOON).until(() -> waiting(801) == 0);
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

    private static void change(long id, String invalidation) {
        service()
                .body("{\"name\":\"Changed\",\"email\":\"changed-" + id + "@example.org\",\"plan\":\"pro\"}")
                .put("/users/" + id)
                .then()
                .statusCode(200)
                .header("Ballast-Invalidation", invalidation);
    }

    private long waiting(long key) {
        try (Connection sql = stack.sql();
                Statement statement = sql.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT count(*) FROM cache_invalidations WHERE cache = 'users' AND key = '" + key + "'")) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RequestSpecification service() {
        return given().header("Authorization", "Bearer " + Tokens.service()).contentType(ContentType.JSON);
    }
}
