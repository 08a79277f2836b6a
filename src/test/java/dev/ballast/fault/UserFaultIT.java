package dev.ballast.fault;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ballast.stack.Server;
import dev.ballast.stack.Stack;
import dev.ballast.stack.StackResource;
import dev.ballast.stack.Tokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A change is seen by later reads, whatever became of the client or the database while it was made.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class UserFaultIT {
    Stack stack;

    @AfterEach
    void heal() {
        stack.heal();
    }

    @Test
    void put_clientLeavesBeforeTheAnswer_laterReadsSeeTheChange() {
        int id = create();
        service().get("/users/" + id).then().statusCode(200);

        stack.pause(Server.POSTGRES);
        HttpRequest impatient = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + RestAssured.port + "/users/" + id))
                .header("Authorization", "Bearer " + Tokens.service())
                .header("Content-Type", "application/json")
                .timeout(Duration.ofMillis(700))
                .PUT(BodyPublishers.ofString(body("Changed")))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThrows(HttpTimeoutException.class, () -> client.send(impatient, BodyHandlers.ofString()));
        }
        stack.resume(Server.POSTGRES);

        await().atMost(Duration.ofSeconds(20)).until(() -> version(id) == 2);
    }

    private static int version(int id) {
        return service().get("/users/" + id).jsonPath().getInt("version");
    }

    private static int create() {
        return service()
                .body(body("Ada").replace("}", ",\"currency\":\"EUR\"}"))
                .post("/users")
                .jsonPath()
                .getInt("id");
    }

    private static String body(String name) {
        return "{\"name\":\"%s\",\"email\":\"%s@example.org\",\"plan\":\"pro\"}".formatted(name, UUID.randomUUID());
    }

    private static RequestSpecification service() {
        return given().header("Authorization", "Bearer " + Tokens.service()).contentType(ContentType.JSON);
    }
}
