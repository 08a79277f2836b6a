package dev.ballast.overload;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.PoolOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The door of a plain Vert.x server whose requests are answered when the test says so.
class DoorFilterTest {
    private final Vertx vertx = Vertx.vertx();
    private final Queue<RoutingContext> met = new ConcurrentLinkedQueue<>();
    private final LoadFixture fixture = new LoadFixture(
            Map.of("ballast.overload.max-in-flight", "3", "ballast.overload.max-optional-in-flight", "1"));
    private final HttpServer server = listening();
    private final HttpClient client = vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(20));

    private HttpServer listening() {
        DoorFilter door = new DoorFilter(fixture.load, fixture.settings, fixture.registry);
        Router router = Router.router(vertx);
        router.route().handler(door::meet);
        router.route().handler(met::add);
        return done(vertx.createHttpServer().requestHandler(router).listen(0, "localhost"));
    }

    @AfterEach
    void end() {
        fixture.load.close();
        done(vertx.close());
    }

    @Test
    void optionalBeyondItsCap_isRefusedWithAProblem_andLetInOnceAnotherIsDone() {
        Future<HttpClientResponse> first = get("/recommendations/7");
        awaitMet(1);
        HttpClientResponse refused = done(get("/recommendations/8"));
        assertEquals(503, refused.statusCode());
        assertEquals("1", refused.getHeader("Retry-After"));
        assertEquals("no-store", refused.getHeader("Cache-Control"));
        assertEquals("application/problem+json", refused.getHeader("Content-Type"));
        assertEquals(1, fixture.shed("optional"));

        answer();
        assertEquals(200, done(first).statusCode());
        await().until(() -> fixture.inFlight() == 0);
        get("/recommendations/9");
        awaitMet(1);
    }

    @Test
    void essentialBeyondTheCap_isRefused_butNotOperatorsAndProbes() {
        for (int i = 1; i <= 3; i++) {
            get("/payments");
            awaitMet(i);
        }
        assertEquals(503, done(get("/payments")).statusCode());
        assertEquals(503, done(get("/query")).statusCode(), "it is not in /q");
        assertEquals(2, fixture.shed("essential"));
        int met = 3;
        for (String path : new String[] {"/q/health", "/q", "/ops/degradation", "/console"}) {
            get(path);
            awaitMet(++met);
        }
        assertEquals(3, fixture.inFlight());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/q/../recommendations/7",
                "/ops/./../recommendations/7",
                "/%72ecommendations/7",
                "//recommendations/7",
                "/users/../recommendations"
            })
    void optionalByAnotherSpelling_isOptional(String path) {
        get("/recommendations/7");
        awaitMet(1);
        assertEquals(503, done(get(path)).statusCode());
        assertEquals(1, fixture.shed("optional"));
    }

    @Test
    void callerThatLeaves_isNotCountedAnyMore() {
        Future<Void> left = client.request(HttpMethod.GET, server.actualPort(), "localhost", "/users/7")
                .compose(request -> {
                    var _ = request.send();
                    return vertx.timer(200, TimeUnit.MILLISECONDS)
                            .map(_ -> request.reset())
                            .mapEmpty();
                });
        awaitMet(1);
        assertEquals(1, fixture.inFlight());
        done(left);
        await().atMost(Duration.ofSeconds(20)).until(() -> fixture.inFlight() == 0);
    }

    private Future<HttpClientResponse> get(String path) {
        return client.request(HttpMethod.GET, server.actualPort(), "localhost", path)
                .compose(request -> request.send());
    }

    private void awaitMet(int requests) {
        await().atMost(Duration.ofSeconds(20)).until(() -> met.size() >= requests);
    }

    private void answer() {
        RoutingContext next = met.poll();
        assertTrue(next != null);
        next.vertx().runOnContext(_ -> next.response().end());
    }

    private static <T> T done(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }
}
