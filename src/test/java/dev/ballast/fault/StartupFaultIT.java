package dev.ballast.fault;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.FaultProxy;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Ports;
import dev.ballast.stack.Server;
import dev.ballast.stack.Stack;
import dev.ballast.stack.StackFailure;
import dev.ballast.stack.Status;
import dev.ballast.stack.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How a pod starts where its servers are not there, and where its settings are not fit for production.
class StartupFaultIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Stack stack = Stack.shared();

    @Test
    void start_postgresqlAway_waitsForItAndGetsReadyByItself() throws IOException {
        int port = Ports.anyFree();
        try (FaultProxy way = FaultProxy.to(stack, Server.POSTGRES);
                Pod pod = stack.pod("late-database")
                        .environment("POSTGRES_URL", way.url())
                        .port(port)) {
            way.refuse();
            CompletableFuture<Pod> ready = CompletableFuture.supplyAsync(pod::start);
            String url = "http://localhost:" + port;
            await().atMost(PATIENCE).ignoreExceptions().until(() -> status(url, "live") == 200);
            assertEquals(503, status(url, "ready"));
            assertEquals(200, status(url, "started"), "or Kubernetes would end it for what it waits for");
            given().header("Authorization", "Bearer " + Tokens.service())
                    .get(url + "/accounts/1")
                    .then()
                    .statusCode(503)
                    .header("Retry-After", "1");
            await().atMost(PATIENCE).until(() -> log(pod).contains("localhost:" + way.port()));
            assertTrue(log(pod).contains("POSTGRES_URL"), "the log names the setting");
            assertFalse(ready.isDone());

            way.pass();
            await().atMost(PATIENCE).until(() -> status(url, "ready") == 200);
            assertEquals(Status.State.RUNNING, ready.join().status().state());
        }
    }

    @Test
    void start_redisAndKafkaAway_getsReadyAndNamesThem() {
        try (Pod pod = stack.pod("no-redis-no-kafka")
                .environment("REDIS_URL", "redis://localhost:1")
                .environment("KAFKA_BOOTSTRAP", "localhost:2")
                .start()) {
            assertEquals(200, status(pod.url(), "ready"));
            given().header("Authorization", "Bearer " + Tokens.service())
                    .get(pod.url() + "/users/1")
                    .then()
                    .statusCode(200);
            given().get(pod.url() + "/q/health/well")
                    .then()
                    .statusCode(503)
                    .body("checks.find { it.name == 'dependencies' }.data.messaging", equalTo("down: TopicsNotReady"));
            for (String named : List.of("localhost:1", "REDIS_URL", "localhost:2", "KAFKA_BOOTSTRAP")) {
                await().atMost(PATIENCE).until(() -> log(pod).contains(named));
            }
        }
    }

    @Test
    void start_productionWithLocalSettings_refusesAndNamesThemAll() {
        try (Pod pod = stack.pod("unsafe")
                .property("quarkus.profile", "prod")
                .property("mp.jwt.verify.publickey.location", "local-jwt-public.pem")
                .environment("POSTGRES_PASSWORD", "ballast")) {
            String said = assertThrows(StackFailure.class, pod::start).getMessage() + log(pod);
            for (String named : List.of(
                    "mp.jwt.verify.issuer is missing",
                    "mp.jwt.verify.audiences is missing",
                    "the local profile's key",
                    "POSTGRES_PASSWORD is missing or a well-known default")) {
                assertTrue(said.contains(named), said);
            }
            assertEquals(1, pod.awaitEnd(PATIENCE).orElseThrow());
        }
    }

    @Test
    void start_messagingThatWouldLoseOrStall_refusesAndNamesTheKeys() {
        try (Pod pod = stack.pod("stalling")
                .property("ballast.messaging.consumers.payments.attempt-timeout", "0S")
                .property("ballast.messaging.consumers.user-events.topics", "refunds")
                .property("ballast.messaging.consumers.paymnets.window", "5")) {
            String said = assertThrows(StackFailure.class, pod::start).getMessage() + log(pod);
            for (String named : List.of(
                    "ballast.messaging.consumers.payments.attempt-timeout must be from PT0.1S to PT10M, not PT0S",
                    "ballast.kafka.topics.refunds_dlq is missing: dead letters of consumer user-events go there",
                    "ballast.messaging.consumers.paymnets names no consumer; there are: dead-letters, payments")) {
                assertTrue(said.contains(named), said);
            }
            assertEquals(1, pod.awaitEnd(PATIENCE).orElseThrow());
        }
    }

    /// Timers are set by these, which is not to be what fails.
    @ParameterizedTest
    @CsvSource({
        "ballast.overload.look-every, 'must be at least PT0.001S, not PT0S'",
        "ballast.degradation.rehearse-every, must be at least"
    })
    void start_timerThatNeverPauses_refusesAndNamesTheKey(String key, String problem) {
        try (Pod pod = stack.pod("restless").property(key, "0S")) {
            String said = assertThrows(StackFailure.class, pod::start).getMessage() + log(pod);
            assertTrue(said.contains(key + " " + problem), said);
            assertEquals(1, pod.awaitEnd(PATIENCE).orElseThrow());
        }
    }

    private static int status(String url, String kind) {
        return given().get(url + "/q/health/" + kind).statusCode();
    }

    private static String log(Pod pod) {
        try {
            return Files.readString(Path.of(pod.status().log()));
        } catch (IOException unreadable) {
            return "";
        }
    }
}
