package dev.ballast.fault;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A pod dies when its change is committed and nobody has been told. The note that the trigger left is found by another
/// pod's sweep: what had the old value in memory gives it up within a sweep's period and D.
class KilledWriterFaultIT {
    private static final Stack STACK = Stack.shared();
    private static final String SERVICE = Tokens.service();
    private static final Duration STALENESS = Duration.ofSeconds(1);
    private static final Duration SWEEP_EVERY = Duration.ofSeconds(1);
    private static final Duration SETTLES_WITHIN = Duration.ofSeconds(20);
    private static final Duration DIES_WITHIN = Duration.ofSeconds(20);
    private static final int KILLED = 137;

    private final HttpClient http = HttpClient.newHttpClient();
    private Pod writer;
    private Pod reader;

    @BeforeEach
    void startPods() {
        writer = STACK.pod("killed-writer")
                .property("ballast.failpoint", "invalidation-after-commit")
                .start();
        reader = STACK.pod("killed-writer-reader").start();
    }

    @AfterEach
    void endPods() {
        writer.close();
        reader.close();
    }

    @Test
    void put_podKilledBetweenCommitAndInvalidation_otherPodShowsTheChangeByItself() throws Exception {
        long user = create();
        await().atMost(SETTLES_WITHIN).until(() -> notes(user) == 0); // else the creation's could tell of the change
        await().atMost(SETTLES_WITHIN).untilAsserted(() -> assertHot(user));

        assertThrows(IOException.class, () -> send(change(user)));
        long death = System.nanoTime(); // the connection ends with the process
        Duration seenAfter = untilVersion2(user, death);

        assertEquals(OptionalInt.of(KILLED), writer.awaitEnd(DIES_WITHIN));
        System.out.printf("killed between commit and invalidation: seen %d ms after the death%n", seenAfter.toMillis());
        assertTrue(seenAfter.compareTo(STALENESS.plus(SWEEP_EVERY)) <= 0, "seen after " + seenAfter);
    }

    private void assertHot(long user) throws IOException, InterruptedException {
        HttpResponse<String> hot = get(user);
        assertEquals("L1; hit", hot.headers().firstValue("Cache-Status").orElse(""));
        assertEquals("\"1\"", tag(hot));
    }

    /// What nobody has delivered yet.
    private static long notes(long user) throws SQLException {
        try (Connection sql = STACK.sql();
                Statement statement = sql.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT count(*) FROM cache_invalidations WHERE cache = 'users' AND key = '" + user + "'")) {
            row.next();
            return row.getLong(1);
        }
    }

    /// Reads without a pause, so that the value is as hot as can be. Gives up long after the bound.
    private Duration untilVersion2(long user, long since) throws IOException, InterruptedException {
        Duration passed = Duration.ZERO;
        while (passed.compareTo(DIES_WITHIN) < 0) {
            long begin = System.nanoTime();
            HttpResponse<String> answer = get(user);
            assertEquals(200, answer.statusCode(), answer.body());
            passed = Duration.ofNanos(begin - since);
            if (tag(answer).equals("\"2\"")) {
                return passed;
            }
        }
        return passed;
    }

    /// On the reader: the writer would die of it.
    private long create() throws IOException, InterruptedException {
        String user = body().put("currency", "EUR").encode();
        HttpResponse<String> created = send(request(reader, "/users")
                .POST(HttpRequest.BodyPublishers.ofString(user))
                .build());
        assertEquals(201, created.statusCode(), created.body());
        return new JsonObject(created.body()).getLong("id");
    }

    private HttpRequest change(long user) {
        return request(writer, "/users/" + user)
                .PUT(HttpRequest.BodyPublishers.ofString(body().encode()))
                .build();
    }

    private static JsonObject body() {
        return new JsonObject()
                .put("name", "Checked")
                .put("email", "killed-%s@example.org".formatted(UUID.randomUUID()))
                .put("plan", "pro");
    }

    private HttpResponse<String> get(long user) throws IOException, InterruptedException {
        return send(request(reader, "/users/" + user).GET().build());
    }

    private static String tag(HttpResponse<String> answer) {
        return answer.headers().firstValue("ETag").orElse("none");
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
