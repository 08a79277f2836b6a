package dev.ballast.fault;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.redis.RedisProcess;
import dev.ballast.stack.FaultProxy;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Ports;
import dev.ballast.stack.RedisConsole;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A pod starts with what its predecessors' users read most, and does not stay away for it longer than its limit.
/// On a Redis of its own, so that the recorded keys are these.
class WarmStartIT {
    private static final Stack STACK = Stack.shared();
    private static final int USERS = 30;
    private static final int STARTS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newHttpClient();
    private static RedisProcess redis;
    private static FaultProxy way;
    private static List<Long> users;

    @BeforeAll
    static void hotUsers() throws Exception {
        redis = new RedisProcess().start();
        way = FaultProxy.toRedis(redis.port());
        users = CheckedUsers.create(STACK, USERS);
        new WarmStartIT().recordHotUsers();
    }

    @AfterEach
    void heal() {
        way.pass();
    }

    @AfterAll
    static void endRedis() {
        way.close();
        redis.close();
    }

    @Test
    void start_withRecordedHotKeys_firstReadOfEachIsAnsweredByMemory() throws Exception {
        for (int start = 1; start <= STARTS; start++) {
            try (Pod pod = pod("warm-" + start).start()) {
                for (long user : users) {
                    assertEquals("L1; hit", cacheStatus(pod, user), "user " + user + " at start " + start);
                }
                JsonObject told = warmUp(pod.url());
                assertEquals("UP", told.getString("status"));
                assertEquals(USERS, told.getJsonObject("data").getInteger("users"), told.encode());
                assertTrue(log(pod).contains("Started with " + USERS + " hot keys of users"), "the log tells");
                System.out.println("warm start: " + told.getJsonObject("data").encode());
            }
        }
    }

    @Test
    void start_redisHangsForAWhile_readyOnlyWhenWarm() throws Exception {
        way.hang();
        int port = Ports.anyFree();
        try (Pod pod = pod("warm-late").port(port)) {
            CompletableFuture<Pod> ready = CompletableFuture.supplyAsync(pod::start);
            awaitUnready(port);
            assertFalse(ready.isDone());
            way.pass();
            ready.join();
            for (long user : users) {
                assertEquals("L1; hit", cacheStatus(pod, user));
            }
        }
    }

    @Test
    void start_redisHangsOn_readyAtTheLimitAndSaysSo() throws Exception {
        way.hang();
        int port = Ports.anyFree();
        Duration limit = Duration.ofSeconds(4);
        try (Pod pod = pod("warm-never").port(port).property("ballast.cacheops.start-limit", limit.toString())) {
            CompletableFuture<Pod> ready = CompletableFuture.supplyAsync(pod::start);
            awaitUnready(port);
            long unready = System.nanoTime();
            ready.join();
            Duration waited = Duration.ofNanos(System.nanoTime() - unready);
            System.out.printf(
                    "warm start: Redis hangs, limit %d ms: ready %d ms after it was first seen unready%n",
                    limit.toMillis(), waited.toMillis());
            assertTrue(waited.compareTo(limit.plusSeconds(2)) < 0, "ready after " + waited);
            JsonObject told = warmUp(pod.url());
            assertEquals("UP", told.getString("status"));
            assertEquals("incomplete", told.getJsonObject("data").getString("outcome"), told.encode());
            assertTrue(log(pod).contains("Started without a complete warm-up"), "the log tells");
        }
    }

    /// By a pod that lives long enough to write them down.
    private void recordHotUsers() throws Exception {
        try (Pod predecessor = pod("warm-before")
                .property("ballast.cacheops.record-every", "1S")
                .start()) {
            for (int read = 0; read < 3; read++) {
                for (long user : users) {
                    cacheStatus(predecessor, user);
                }
            }
            await("the hot keys are written down").atMost(PATIENCE).until(() -> recorded()
                    .containsAll(users));
        }
    }

    private Set<Long> recorded() {
        Set<Long> ids = new HashSet<>();
        try (RedisConsole console = new RedisConsole("redis://127.0.0.1:" + redis.port())) {
            Object list = console.call("GET", "ballast:hot:users");
            if (list != null) {
                Arrays.stream(list.toString().split("\n")).map(Long::valueOf).forEach(ids::add);
            }
        }
        return ids;
    }

    /// A busy machine may take longer than D to confirm the log, and than the usual limit to connect; neither is what
    /// this is about.
    private Pod pod(String name) {
        return STACK.pod(name)
                .environment("REDIS_URL", way.url())
                .property("ballast.cache.staleness", "5S")
                .property("ballast.cacheops.start-limit", "60S");
    }

    private void awaitUnready(int port) {
        await("up and not ready")
                .pollInterval(Duration.ofMillis(20))
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() ->
                        warmUp("http://localhost:" + port).getString("status").equals("DOWN"));
    }

    private JsonObject warmUp(String url) throws IOException, InterruptedException {
        JsonArray checks = new JsonObject(get(url, "/q/health/ready").body()).getJsonArray("checks");
        for (int i = 0; i < checks.size(); i++) {
            if (checks.getJsonObject(i).getString("name").equals("warm-up")) {
                return checks.getJsonObject(i);
            }
        }
        throw new AssertionError("no check of that name: " + checks);
    }

    private String cacheStatus(Pod pod, long user) throws IOException, InterruptedException {
        HttpResponse<String> answer = get(pod.url(), "/users/" + user);
        assertEquals(200, answer.statusCode(), answer.body());
        return answer.headers().firstValue("Cache-Status").orElse("");
    }

    private HttpResponse<String> get(String url, String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(url + path))
                        .header("Authorization", "Bearer " + Tokens.service())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String log(Pod pod) throws IOException {
        return Files.readString(Path.of(pod.status().log()));
    }
}
