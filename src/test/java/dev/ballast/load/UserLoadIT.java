package dev.ballast.load;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.StackResource;
import dev.ballast.stack.Tokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.RestAssured;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The read path under load. The figures are printed; only errors fail, since machines differ.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class UserLoadIT {
    private static final int SEEDED = 10_000;

    @Test
    void get_hotUserBy64ConnectionsFor30Seconds_noErrors() throws InterruptedException {
        Load.Report report = load(64).run(Duration.ofSeconds(30), n -> "/users/1");
        print("64 connections, one hot user", report);
        assertEquals(0, report.errors(), report.toString());
        assertTrue(report.requests() > 1000, "the service answers at all: " + report);
    }

    /// Ten times as many keys as memory holds: nearly every read asks Redis, 500 at a time.
    @Test
    void get_anyUserBy500Connections_meetsNoPoolLimit() throws InterruptedException {
        for (int from = 1; from <= SEEDED; from += 500) {
            bringIntoRedis(from);
        }
        SplittableRandom random = new SplittableRandom(42);
        // what a pool limits is not how fast a JVM starts
        Load.Report warmUp = load(64).run(Duration.ofSeconds(5), n -> "/users/" + (1 + random.nextInt(SEEDED)));
        assertEquals(0, warmUp.errors(), warmUp.toString());
        Load.Report report = load(500).run(Duration.ofSeconds(10), n -> "/users/" + (1 + random.nextInt(SEEDED)));
        print("500 connections, 10,000 users", report);
        assertEquals(0, report.errors(), report.toString());
    }

    private static void bringIntoRedis(int from) {
        String ids = String.join(
                ",",
                IntStream.range(from, from + 500).mapToObj(Integer::toString).toList());
        given().header("Authorization", "Bearer " + Tokens.service())
                .get("/users?ids=" + ids)
                .then()
                .statusCode(200);
    }

    private static Load load(int connections) {
        return new Load("http://localhost:" + RestAssured.port, Tokens.service(), connections);
    }

    private static void print(String what, Load.Report report) {
        System.out.printf("GET /users/{id}, %s: %s%n", what, report);
    }
}
