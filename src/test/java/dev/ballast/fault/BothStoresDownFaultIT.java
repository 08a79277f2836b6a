package dev.ballast.fault;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.Pod;
import dev.ballast.stack.Server;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Contract 5 of the cache: without Redis and PostgreSQL nothing tells whether a value still holds, so none is given
/// once D has passed, not even one that memory has.
class BothStoresDownFaultIT {
    private static final Duration STALENESS = Duration.ofSeconds(1);
    private static final Duration MARGIN = Duration.ofMillis(500);
    private static final Duration WATCHED = Duration.ofSeconds(6);
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final String SERVICE = Tokens.service();

    private final Stack stack = Stack.shared();
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void heal() {
        stack.heal();
    }

    @Test
    void get_hotUserWithoutRedisAndPostgres_saysWhenToTryAgainAndRecovers() throws Exception {
        long user = CheckedUsers.create(stack, 1).getFirst();
        try (Pod pod = stack.pod("both-down").start()) {
            read(pod, user);
            assertEquals(200, read(pod, user).statusCode());

            stack.kill(Server.REDIS);
            stack.kill(Server.POSTGRES);
            long down = System.nanoTime();
            HttpResponse<String> refused = read(pod, user);
            for (long start = down; start - down < WATCHED.toNanos(); ) {
                start = System.nanoTime();
                refused = read(pod, user);
                if (start - down > STALENESS.plus(MARGIN).toNanos()) {
                    assertEquals(503, refused.statusCode(), (start - down) / 1_000_000 + " ms after both were down");
                }
            }
            assertEquals(503, refused.statusCode(), refused.body());
            assertTrue(refused.headers().firstValue("Retry-After").isPresent(), "says when to try again");
            assertEquals(
                    "application/problem+json",
                    refused.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", ""));

            stack.start(Server.POSTGRES);
            await("answers without Redis")
                    .atMost(PATIENCE)
                    .until(() -> read(pod, user).statusCode() == 200);
            stack.start(Server.REDIS);
        }
    }

    private HttpResponse<String> read(Pod pod, long user) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(pod.url() + "/users/" + user))
                .header("Authorization", "Bearer " + SERVICE)
                .timeout(Duration.ofSeconds(20))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
