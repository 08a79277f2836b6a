package dev.ballast.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.Pod;
import dev.ballast.stack.RedisConsole;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The specification's figures, on one trace that anyone can repeat: 10,000 users, Zipf with s = 1.12, one seed, the
/// 7,000 most popular users warmed up, 1,000 entries in memory.
class CacheHitRatioIT {
    private static final int USERS = 10_000;
    private static final double EXPONENT = 1.12;
    private static final long SEED = 20261123;
    private static final int WARM = 7_000;
    private static final int READS = 60_000;
    private static final int RUNS = 5;

    private final Stack stack = Stack.shared();
    private final HttpClient http = HttpClient.newHttpClient();
    private Pod pod;

    /// Redis is emptied before and after: no test finds warm what it wants cold.
    @BeforeEach
    void start() {
        RedisConsole.once(stack.redisUrl(), "FLUSHALL");
        pod = stack.pod("ratio").start();
    }

    @AfterEach
    void end() {
        pod.close();
        RedisConsole.once(stack.redisUrl(), "FLUSHALL");
    }

    @Test
    void zipfAfterWarmUp_l1AnswersOver80AndDatabaseUnder5Percent() throws Exception {
        ZipfTrace trace = new ZipfTrace(1, USERS, EXPONENT, SEED);
        warmUp(trace.top(WARM));
        long[] reads = trace.take(READS);
        Metrics before = Metrics.of(pod.url());

        Load.Report report = new Load(pod.url(), Tokens.service(), 16).run(READS, n -> "/users/" + reads[(int) n]);

        Metrics after = Metrics.of(pod.url());
        assertEquals(0, report.errors(), report.toString());
        assertEquals(READS, report.requests());
        double l1 = share(before, after, "ballast_cache_hits_total", "tier=\"l1\"");
        double l2 = share(before, after, "ballast_cache_hits_total", "tier=\"l2\"");
        double joined = share(before, after, "ballast_cache_coalesced_total", "cache=\"users\"");
        double database = 100 - l1 - l2 - joined; // one load may be for many keys, so loads would say less
        System.out.printf(
                "Zipf, %,d users, s = %.2f, seed %d, top %,d warmed up, 1,000 entries in memory, %,d reads: L1 %.1f %%, L2 %.1f %%, database %.1f %%, joined another's way %.2f %%; %s%n",
                USERS, EXPONENT, SEED, WARM, READS, l1, l2, database, joined, report);
        assertTrue(l1 > 80, "L1 answers " + l1 + " %");
        assertTrue(l2 > 15, "L2 answers " + l2 + " %");
        assertTrue(database < 5, "the database answers " + database + " %");
    }

    /// Cold each time, from the first request of the pod on; the figure is the service's own. The bound is the
    /// specification's, and the median of the runs is held to it, as the machine has others to serve too.
    @Test
    void warmUp_hundredAndTenThousand_takeUnderASecond() throws Exception {
        List<Long> hundred = timesOfColdWarmUps(100);
        List<Long> all = timesOfColdWarmUps(USERS);
        System.out.printf("warm-up, ms per run: 100 users %s, %,d users %s%n", hundred, USERS, all);
        assertTrue(median(hundred) < 1_000, "100 users took " + hundred + " ms");
        assertTrue(median(all) < 1_000, "10,000 users took " + all + " ms");
    }

    private static long median(List<Long> times) {
        return times.stream().sorted().toList().get(times.size() / 2);
    }

    private List<Long> timesOfColdWarmUps(int users) throws IOException, InterruptedException {
        List<Long> tookMs = new ArrayList<>();
        for (int run = 0; run < RUNS; run++) {
            assertEquals(204, send(request("/ops/cache/users").DELETE()).statusCode(), "clears both tiers");
            JsonObject told = warmUp(LongStream.rangeClosed(1, users).toArray());
            assertEquals(users, told.getInteger("fromOrigin"), told.encode());
            tookMs.add(told.getLong("tookMs"));
        }
        JsonObject again = warmUp(LongStream.rangeClosed(1, users).toArray());
        assertEquals(0, again.getInteger("fromOrigin"), "all of it was stored: " + again.encode());
        return tookMs;
    }

    private JsonObject warmUp(long[] ids) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(request("/ops/cache/users/warmup")
                .POST(HttpRequest.BodyPublishers.ofString("{\"ids\":[" + joined(ids) + "]}")));
        assertEquals(200, answer.statusCode(), answer.body());
        return new JsonObject(answer.body());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(pod.url() + path))
                .header("Authorization", "Bearer " + Tokens.operator())
                .header("Content-Type", "application/json");
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static double share(Metrics before, Metrics after, String name, String label) {
        String users = "cache=\"users\"";
        return 100 * (after.sum(name, users, label) - before.sum(name, users, label)) / READS;
    }

    private static String joined(long[] ids) {
        return LongStream.of(ids).mapToObj(Long::toString).collect(Collectors.joining(","));
    }
}
