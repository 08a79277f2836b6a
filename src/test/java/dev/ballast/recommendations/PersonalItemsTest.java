package dev.ballast.recommendations;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.degradation.DegradationFixture;
import dev.ballast.degradation.Dependency;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Calls of an API that answers what and when the test says: how many are made at once, and after failures.
class PersonalItemsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Vertx vertx = Vertx.vertx();
    private final Queue<HttpServerRequest> asked = new ConcurrentLinkedQueue<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicLong nanos = new AtomicLong(-7);
    private final DegradationFixture degradation = new DegradationFixture();
    private volatile int status;
    private volatile String body = "{\"userId\":7,\"items\":[{\"id\":\"a\",\"title\":\"A\",\"score\":0.5}]}";
    private final HttpServer server = vertx.createHttpServer()
            .connectionHandler(_ -> connections.incrementAndGet())
            .requestHandler(this::meet)
            .listen(0, "localhost")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
    private final RecommendationSettings settings = new SmallRyeConfigBuilder()
            .withMapping(RecommendationSettings.class)
            .withSources(new PropertiesConfigSource(
                    Map.of(
                            "ballast.recommendations.api.url",
                            "http://localhost:" + server.actualPort(),
                            "ballast.recommendations.api.timeout",
                            "PT10S",
                            "ballast.recommendations.api.at-once",
                            "2",
                            "ballast.recommendations.api.breaker-failures",
                            "3"),
                    "test",
                    500))
            .build()
            .getConfigMapping(RecommendationSettings.class);
    private final PersonalItems items = new PersonalItems(
            vertx, settings, new ObjectMapper(), degradation.dependencies, degradation.registry, nanos::get);

    @AfterEach
    void end() {
        items.close();
        degradation.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void moreThanAtOnce_areNotAsked_untilOneIsAnswered() {
        CompletableFuture<List<Item>> first = ask();
        CompletableFuture<List<Item>> second = ask();
        awaitAsked(2);
        assertInstanceOf(NotAsked.class, failureOf(ask()));
        assertEquals(1, notAsked("busy"));

        answerAll();
        assertEquals("a", first.join().getFirst().id());
        assertEquals("a", second.join().getFirst().id());
        CompletableFuture<List<Item>> third = ask();
        awaitAsked(1);
        answerAll();
        assertEquals(1, third.join().size());
    }

    @Test
    void callerThatLeaves_makesRoom() {
        for (int i = 0; i < 5; i++) {
            CompletableFuture<List<Item>> left = ask();
            awaitAsked(1);
            left.cancel(true);
            asked.clear();
        }
        assertEquals(0, notAsked("busy"));
        assertEquals(0, dependency().calls().total(), "and says nothing of the API");
    }

    @Test
    void failuresInARow_stopTheCalls_butForOnePerPause_untilOneIsAnswered() {
        status = 503;
        for (int i = 0; i < 3; i++) {
            assertInstanceOf(NoItems.class, failureOf(ask()));
        }
        assertEquals("open", dependency().breakers().get("recommendations"));
        assertInstanceOf(NotAsked.class, failureOf(ask()));
        assertEquals(1, notAsked("breaker"));
        assertEquals(3, calls.get());

        nanos.addAndGet(Duration.ofMillis(249).toNanos());
        assertInstanceOf(NotAsked.class, failureOf(ask()));
        assertEquals(3, calls.get());
        nanos.addAndGet(Duration.ofMillis(1).toNanos());
        assertInstanceOf(NoItems.class, failureOf(ask()));
        assertInstanceOf(NotAsked.class, failureOf(ask()));
        assertEquals(4, calls.get());
        assertEquals(4, dependency().calls().failed(), "calls that were not made say nothing of the API");

        status = 200;
        nanos.addAndGet(Duration.ofMillis(250).toNanos());
        assertEquals(1, ask().join().size());
        assertEquals("closed", dependency().breakers().get("recommendations"));
        assertEquals(1, ask().join().size());
    }

    @Test
    void usersItDoesNotKnow_areNoFailure_andKeepTheConnections() {
        status = 404;
        for (int i = 0; i < 10; i++) {
            assertInstanceOf(NoItems.class, failureOf(ask()));
        }
        assertEquals(10, calls.get());
        assertTrue(connections.get() <= settings.api().atOnce(), connections + " connections");
        assertEquals(0, dependency().calls().total());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "<html>well</html>",
                "{\"userId\":7}",
                "{\"userId\":7,\"items\":null}",
                "{\"userId\":8,\"items\":[{\"id\":\"a\",\"title\":\"A\",\"score\":0.5}]}",
                "{\"items\":[{\"id\":\"a\",\"title\":\"A\",\"score\":0.5}]}",
                "{\"userId\":7,\"items\":[null]}",
                "{\"userId\":7,\"items\":[{\"id\":\"a\",\"title\":\"A\"}]}",
                "{\"userId\":7,\"items\":[{\"id\":\"a\",\"title\":\"A\",\"score\":null}]}",
                "{\"userId\":7,\"items\":[{\"id\":\"a\",\"title\":\"A\",\"score\":1.5}]}",
                "{\"userId\":7,\"items\":[{\"id\":\"\",\"title\":\"A\",\"score\":0.5}]}",
                "{\"userId\":7,\"items\":[{\"id\":\"a\",\"title\":\"A\",\"score\":0.5}]} and more",
                "{\"userId\":7,\"items\":[{\"id\":\"a\",\"title\":\"A\",\"score\":0.5}"
            })
    void rubbish_isTheApisFault(String said) {
        body = said;
        status = 200;
        assertTrue(assertInstanceOf(NoItems.class, failureOf(ask())).isItsOwnFault());
        assertEquals(1, dependency().calls().failed());
    }

    @Test
    void moreThanWasAgreed_isItsOwnMatter() {
        body = "{\"userId\":7,\"model\":\"m\",\"items\":[{\"id\":\"a\",\"title\":\"A\",\"score\":0,\"why\":1}]}";
        status = 200;
        assertEquals(1, ask().join().size());
    }

    /// Waits for the test's answer while `status` is none.
    private void meet(HttpServerRequest request) {
        calls.incrementAndGet();
        if (status == 0) {
            asked.add(request);
        } else {
            answer(request);
        }
    }

    private void answer(HttpServerRequest request) {
        request.response().setStatusCode(status == 0 ? 200 : status).end(body);
    }

    private void answerAll() {
        for (HttpServerRequest next = asked.poll(); next != null; next = asked.poll()) {
            answer(next);
        }
    }

    private void awaitAsked(int requests) {
        await().atMost(PATIENCE).until(() -> asked.size() >= requests);
    }

    private CompletableFuture<List<Item>> ask() {
        Uni<List<Item>> answer = items.of(7);
        return answer.subscribeAsCompletionStage();
    }

    private static Throwable failureOf(CompletableFuture<List<Item>> answer) {
        return assertThrows(CompletionException.class, () -> answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .join())
                .getCause();
    }

    private Dependency dependency() {
        return degradation.dependencies.named("recommendation-api");
    }

    private double notAsked(String reason) {
        return degradation
                .registry
                .counter("ballast.recommendations.not.asked", "reason", reason)
                .count();
    }
}
