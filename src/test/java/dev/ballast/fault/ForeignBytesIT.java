package dev.ballast.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.load.Metrics;
import dev.ballast.stack.Pod;
import dev.ballast.stack.RedisConsole;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What others, or other versions, have put where the cache keeps its entries in Redis is a counted miss, never an
/// answer and never an error.
class ForeignBytesIT {
    private static final Stack STACK = Stack.shared();
    private static final String SERVICE = Tokens.service();
    private final HttpClient http = HttpClient.newHttpClient();
    private static Pod writer;
    private static Pod reader;

    @BeforeAll
    static void startPods() {
        writer = STACK.pod("foreign-writer").start();
        reader = STACK.pod("foreign-reader").start();
    }

    @AfterAll
    static void endPods() {
        writer.close();
        reader.close();
    }

    @Test
    void get_rubbishInRedis_answersFromTheOriginAndCounts() throws Exception {
        for (String rubbish : List.of("", "x", "rubbish that is longer than any header could be", "{\"id\":1}")) {
            replaced("SET", rubbish);
        }
    }

    @Test
    void get_entryCutShort_answersFromTheOriginAndCounts() throws Exception {
        replaced("SETRANGE-AND-CUT", "");
    }

    @Test
    void get_anotherTypeInRedis_answersFromTheOrigin() throws Exception {
        long user = stored();
        try (RedisConsole redis = new RedisConsole(STACK.redisUrl())) {
            for (String key : redis.keys("ballast:{users:*}:" + user)) {
                redis.call("DEL", key);
                redis.call("LPUSH", key, "not", "a", "string");
            }
        }
        assertRight(read(reader, user), user);
    }

    private void replaced(String how, String rubbish) throws Exception {
        long user = stored();
        double before = unreadable();
        try (RedisConsole redis = new RedisConsole(STACK.redisUrl())) {
            List<String> keys = redis.keys("ballast:{users:*}:" + user);
            assertFalse(keys.isEmpty(), "the entry is where the README says");
            for (String key : keys) {
                if (how.equals("SET")) {
                    redis.call("SET", key, rubbish);
                } else {
                    // the header and half of the body; EVAL, as the bytes are no text
                    redis.call(
                            "EVAL",
                            "local v = redis.call('GET', KEYS[1]) return redis.call('SET', KEYS[1], v:sub(1, #v - 20))",
                            "1",
                            key);
                }
            }
        }
        HttpResponse<String> answer = read(reader, user);
        assertRight(answer, user);
        assertEquals(before + 1, unreadable(), "counted: " + rubbish);
        assertEquals(
                "L1; hit",
                read(reader, user).headers().firstValue("Cache-Status").orElse(""));
    }

    private void assertRight(HttpResponse<String> answer, long user) {
        assertEquals(200, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains("\"email\":\"" + HttpPods.email(user) + "\""), answer.body());
        String status = answer.headers().firstValue("Cache-Status").orElse("");
        assertTrue(status.startsWith("L1; fwd=miss, L2; fwd="), status);
    }

    /// A new user whose entry lies in Redis.
    private long stored() throws SQLException, IOException, InterruptedException {
        long user = CheckedUsers.create(STACK, 1).getFirst();
        assertEquals(
                "L1; fwd=miss, L2; fwd=miss; stored",
                read(writer, user).headers().firstValue("Cache-Status").orElse(""));
        return user;
    }

    private HttpResponse<String> read(Pod pod, long user) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(pod.url() + "/users/" + user))
                .header("Authorization", "Bearer " + SERVICE)
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static double unreadable() {
        return Metrics.of(reader.url()).sum("ballast_cache_payloads_unreadable_total", "cache=\"users\"");
    }
}
