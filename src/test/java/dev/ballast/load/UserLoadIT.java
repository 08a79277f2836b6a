package dev.ballast.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.StackResource;
import dev.ballast.stack.Tokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.RestAssured;
import java.time.Duration;
import java.util.SplittableRandom;
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

    /// Ten times as many keys as memory holds: most reads go on to Redis, and the first ones to PostgreSQL.
    @Test
    void get_anyUserBy500Connections_meetsNoPoolLimit() throws InterruptedException {
        SplittableRandom random = new SplittableRandom(42);
        Load.Report report = load(500).run(Duration.ofSeconds(10), n -> "/users/" + (1 + random.nextInt(SEEDED)));
        print("500 connections, 10,000 users", report);
        assertEquals(0, report.errors(), report.toString());
    }

    private static Load load(int connections) {
        return new Load("http://localhost:" + RestAssured.port, Tokens.service(), connections);
    }

    private static void print(String what, Load.Report report) {
        System.out.printf("GET /users/{id}, %s: %s%n", what, report);
    }
}
