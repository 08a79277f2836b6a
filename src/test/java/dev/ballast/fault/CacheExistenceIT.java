package dev.ballast.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.ballast.fault.VersionHistory.Judgement;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Contract 1 of the cache where a user comes into being or ends: that there is none, or was one, is a cached answer
/// like any other, and another pod gives it up within D.
class CacheExistenceIT {
    private static final Stack STACK = Stack.shared();
    private static final String SERVICE = Tokens.service();
    private static final Duration STALENESS = Duration.ofSeconds(1);
    private static final Duration WATCHED = STALENESS.plusMillis(1_500);

    private final HttpClient http = HttpClient.newHttpClient();
    private static Pod writer;
    private static Pod reader;

    @BeforeAll
    static void startPods() {
        writer = STACK.pod("existence-writer").start();
        reader = STACK.pod("existence-reader").start();
    }

    @AfterAll
    static void endPods() {
        writer.close();
        reader.close();
    }

    @Test
    void deletedUser_isGoneOnTheOtherPodWithinD() throws Exception {
        long user = create();
        assertEquals(200, get(user));

        HttpResponse<String> deleted =
                send(request(writer, "/users/" + user).DELETE().build());

        assertEquals(204, deleted.statusCode(), deleted.body());
        watch(user, deleted, 404);
    }

    @Test
    void userAskedForBeforeItsCreation_isFoundByTheOtherPodWithinD() throws Exception {
        long expected = create() + 1;
        assertEquals(404, get(expected));

        HttpResponse<String> created = send(creation());

        assertEquals(expected, new JsonObject(created.body()).getLong("id"), "ids are given in order");
        watch(expected, created, 200);
    }

    /// Reads on without a pause; each read that starts late enough must show the new state.
    private void watch(long user, HttpResponse<String> change, int wanted) throws IOException, InterruptedException {
        assertEquals(
                "acknowledged",
                change.headers().firstValue("Ballast-Invalidation").orElse(""));
        VersionHistory history = new VersionHistory(STALENESS);
        long at = System.nanoTime();
        history.acknowledged(user, 2, at);
        for (long start = at; start - at < WATCHED.toNanos(); start = System.nanoTime()) {
            long seen = get(user) == wanted ? 2 : 1;
            assertInstanceOf(Judgement.Allowed.class, history.judge(user, seen, start));
        }
    }

    private long create() throws IOException, InterruptedException {
        HttpResponse<String> created = send(creation());
        assertEquals(201, created.statusCode(), created.body());
        return new JsonObject(created.body()).getLong("id");
    }

    private static HttpRequest creation() {
        String user =
                "{\"name\":\"Checked\",\"email\":\"existence-%s@example.org\",\"plan\":\"pro\",\"currency\":\"EUR\"}"
                        .formatted(UUID.randomUUID());
        return request(writer, "/users")
                .POST(HttpRequest.BodyPublishers.ofString(user))
                .build();
    }

    private int get(long user) throws IOException, InterruptedException {
        return send(request(reader, "/users/" + user).GET().build()).statusCode();
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(Pod pod, String path) {
        return HttpRequest.newBuilder(URI.create(pod.url() + path))
                .header("Authorization", "Bearer " + SERVICE)
                .header("Content-Type", "application/json");
    }
}
