package dev.ballast.fault;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.fault.CoherenceCheck.Plan;
import dev.ballast.leases.LeasedStore;
import dev.ballast.load.Burst;
import dev.ballast.load.Metrics;
import dev.ballast.redis.RedisCluster;
import dev.ballast.redis.RedisProcess;
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
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The cache on a real Redis Cluster of three masters: what holds on one server holds there, and keys of all nodes
/// are reached by single reads, bulk reads and invalidations. On a stack apart, for the reason [Sweepers] gives.
class CacheClusterIT {
    private static final Stack STACK = Stack.apart("cache");
    private static final String SERVICE = Tokens.service();
    private static final Duration BACK_WITHIN = Duration.ofSeconds(5);
    private static final Duration STALENESS = Duration.ofSeconds(1);

    /// Of each bucket of users seen so far, the node it lies on.
    private static final Map<Integer, Integer> OWNERS = new ConcurrentHashMap<>();

    private static final String HOT = "ballast:hot:users";

    private final HttpClient http = HttpClient.newHttpClient();
    private static RedisCluster cluster;
    private static Pod a;
    private static Pod b;

    @BeforeAll
    static void startPods() throws Exception {
        cluster = RedisCluster.start();
        a = pod("cluster-a");
        b = pod("cluster-b");
        Sweepers.assertNoneBut(STACK, List.of(a, b));
        CoherenceRun.warmUp(STACK, a, b);
    }

    @AfterAll
    static void endPods() {
        a.close();
        b.close();
        cluster.close();
    }

    @Test
    void get_keysOfAllNodes_areStoredByOnePodAndFoundByTheOther() throws Exception {
        for (long user : CheckedUsers.create(STACK, 30)) {
            assertEquals("L1; fwd=miss, L2; fwd=miss; stored", cacheStatus(get(a, "/users/" + user)));
            String found = cacheStatus(get(b, "/users/" + user));
            assertTrue(found.startsWith("L2; hit; ttl="), found);
            assertEquals("L1; hit", cacheStatus(get(b, "/users/" + user)));
        }
        cluster.urls()
                .forEach(node ->
                        assertTrue(Long.parseLong(RedisConsole.once(node, "DBSIZE")) > 0, "each node holds something"));
    }

    @Test
    void getAll_keysOfAllNodes_answersEachWithItsOwnUser() throws Exception {
        List<Long> users = CheckedUsers.create(STACK, 200);
        String path = "/users?ids=" + users.stream().map(String::valueOf).collect(Collectors.joining(","));
        for (Pod pod : List.of(a, b, b)) {
            String body = get(pod, path).body();
            int from = 0;
            for (long user : users) {
                from = body.indexOf("\"email\":\"" + HttpPods.email(user) + "\"", from);
                assertTrue(from > 0, "user " + user + " in its place");
            }
        }
    }

    @Test
    void put_keysOfAllNodes_areInvalidatedInTheTierOfAll() throws Exception {
        for (long user : CheckedUsers.create(STACK, 12)) {
            get(a, "/users/" + user);
            HttpResponse<String> changed = http.send(
                    request(a, "/users/" + user)
                            .PUT(HttpRequest.BodyPublishers.ofString(
                                    "{\"name\":\"Changed\",\"email\":\"%s\",\"plan\":\"pro\"}"
                                            .formatted(HttpPods.email(user))))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertEquals(200, changed.statusCode(), changed.body());
            assertEquals(
                    "acknowledged",
                    changed.headers().firstValue("Ballast-Invalidation").orElse(""));
            assertTrue(get(b, "/users/" + user).body().contains("\"version\":2"), "another pod asks anew");
        }
    }

    @Test
    void clear_keysOfAllNodes_areForgottenByBothPodsWithinD() throws Exception {
        List<Long> users = CheckedUsers.create(STACK, 30);
        for (long user : users) {
            get(a, "/users/" + user);
            get(b, "/users/" + user);
        }
        HttpResponse<String> cleared = send(operator(a, "/ops/cache/users").DELETE());
        assertEquals(204, cleared.statusCode(), cleared.body());
        assertEquals(
                "acknowledged",
                cleared.headers().firstValue("Ballast-Invalidation").orElse(""));
        awaitStaleness();
        for (long user : users) {
            assertEquals("L1; fwd=miss, L2; fwd=miss; stored", cacheStatus(get(b, "/users/" + user)));
        }
    }

    @Test
    void warmUp_keysOfAllNodes_bringsThemIntoBothTiers() throws Exception {
        List<Long> users = CheckedUsers.create(STACK, 200);
        assertWarmedUp(a, users, "\"fromL2\":0,\"fromOrigin\":200,\"missing\":0");
        assertWarmedUp(b, users, "\"fromL2\":200,\"fromOrigin\":0,\"missing\":0");
        assertEquals("L1; hit", cacheStatus(get(b, "/users/" + users.getLast())));
    }

    private void assertWarmedUp(Pod pod, List<Long> users, String expected) throws Exception {
        HttpResponse<String> answer = send(operator(pod, "/ops/cache/users/warmup")
                .POST(HttpRequest.BodyPublishers.ofString("{\"ids\":" + users + "}")));
        assertEquals(200, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains(expected), answer.body());
    }

    @Test
    void key_ofEachNode_isToldAndForgottenByOperators() throws Exception {
        List<Long> users = CheckedUsers.create(STACK, 12);
        for (long user : users) {
            get(a, "/users/" + user);
            HttpResponse<String> held =
                    send(operator(b, "/ops/cache/users/" + user).GET());
            assertEquals(200, held.statusCode(), held.body());
            assertTrue(held.body().contains("\"l2\":{\"present\":true"), held.body());

            HttpResponse<String> forgotten =
                    send(operator(b, "/ops/cache/users/" + user).DELETE());
            assertEquals(204, forgotten.statusCode(), forgotten.body());
        }
        awaitStaleness();
        for (long user : users) {
            assertEquals("L1; fwd=miss, L2; fwd=miss; stored", cacheStatus(get(b, "/users/" + user)));
        }
    }

    /// Until then a pod may hear of an invalidation that was acknowledged, and store nothing it reads meanwhile.
    private static void awaitStaleness() {
        long acknowledged = System.nanoTime();
        await().pollInterval(Duration.ofMillis(20)).until(() -> System.nanoTime() - acknowledged > STALENESS.toNanos());
    }

    @Test
    void warmUp_top_bringsTheHottestOfAllNodes() throws Exception {
        List<Long> users = CheckedUsers.create(STACK, 20);
        String node = cluster.urls().toList().get(cluster.ownerOf(HOT));
        try (RedisConsole redis = new RedisConsole(node)) {
            String list = users.stream().map(String::valueOf).collect(Collectors.joining("\n"));
            redis.call("SET", HOT, list, "EX", "60");
        }
        HttpResponse<String> answer =
                send(operator(b, "/ops/cache/users/warmup").POST(HttpRequest.BodyPublishers.ofString("{\"top\":20}")));
        assertEquals(200, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains("\"requested\":20"), answer.body());
        for (long user : users) {
            assertEquals("L1; hit", cacheStatus(get(b, "/users/" + user)));
        }
    }

    @Test
    void get_coldKeyBy400AtOnceOverTwoPods_isLoadedOnce() throws Exception {
        long user = CheckedUsers.create(STACK, 1).getFirst();
        double before = loads();
        try (Burst burst = new Burst(List.of(a.url(), b.url()), SERVICE, 200)) {
            assertEquals(400, burst.fire("/users/" + user).succeeded());
        }
        assertEquals(1, loads() - before);
    }

    private static double loads() {
        return Metrics.of(a.url(), b.url()).sum("ballast_cache_loads_seconds_count", "cache=\"users\"");
    }

    @Test
    void get_foreignBytesOnEachNode_areMissesAndMended() throws Exception {
        List<Long> users = CheckedUsers.create(STACK, 16);
        for (long user : users) {
            get(a, "/users/" + user);
        }
        long replaced = cluster.urls().mapToLong(node -> spoil(node, users)).sum();
        assertEquals(users.size(), replaced, "each user lies on one node");
        for (long user : users) {
            HttpResponse<String> answer = get(b, "/users/" + user);
            assertTrue(answer.body().contains("\"email\":\"" + HttpPods.email(user) + "\""), answer.body());
            assertEquals("L1; fwd=miss, L2; fwd=miss; stored", cacheStatus(answer));
        }
    }

    private static long spoil(String node, List<Long> users) {
        try (RedisConsole redis = new RedisConsole(node)) {
            List<String> there = redis.keys("ballast:{users:*}:*").stream()
                    .filter(key -> users.contains(Long.parseLong(key.substring(key.lastIndexOf(':') + 1))))
                    .toList();
            there.forEach(key -> redis.call("SET", key, "foreign"));
            return there.size();
        }
    }

    @Test
    void readsOfTwoPods_keepTheBound() throws Exception {
        Plan plan = Plan.of(CheckedUsers.create(STACK, 24)).bulk(0.2, 1);
        Tally seen;
        try (EventLoop loop = new EventLoop()) {
            CoherenceCheck check =
                    new CoherenceCheck(loop, new HttpPods(loop, List.of(a.url(), b.url())), plan, new Random());
            loop.call(check::start);
            long begin = System.nanoTime();
            await().atMost(Duration.ofSeconds(60L * CoherenceRun.SOAK))
                    .until(() -> check.tally().checked() >= 20_000L * CoherenceRun.SOAK
                            && System.nanoTime() - begin > Duration.ofSeconds(5).toNanos());
            loop.call(check::stop);
            await().atMost(Duration.ofSeconds(30)).until(check::isIdle);
            seen = check.tally();
        }
        System.out.println("coherence, Redis Cluster of three nodes: " + seen);
        assertEquals(0, seen.violations(), seen.toString());
        assertTrue(seen.acknowledged() >= 50, seen.toString());
    }

    /// One node after the other, that of the log first; under `-Psoak` each of them several times. There are no
    /// replicas, so that meanwhile the cluster serves nobody.
    @Test
    void nodeKilledAndStartedAgain_readsKeepTheBoundAndTheNodeServesAgain() throws Exception {
        Plan plan = Plan.of(CheckedUsers.create(STACK, 24)).bulk(0.1, 0);
        int[] node = {cluster.ownerOf("ballast:{log}:head")};
        List<Duration> whole = new ArrayList<>();
        List<Duration> back = new ArrayList<>();
        Deque<Long> fresh = new ArrayDeque<>();
        Tally seen = new CoherenceRun(STACK, a, b, cluster::heal)
                .rounds(2)
                .holds(
                        new FaultScript("Redis Cluster, a node killed and started again")
                                .step(
                                        () -> {
                                            fresh.clear();
                                            fresh.addAll(usersOn(node[0]));
                                            cluster.node(node[0]).kill();
                                        },
                                        Duration.ofSeconds(3))
                                .step(
                                        () -> {
                                            long begin = System.nanoTime();
                                            cluster.node(node[0]).start();
                                            cluster.awaitWhole();
                                            whole.add(since(begin));
                                            back.add(untilServedBy(cluster.node(node[0]), fresh));
                                            node[0] = (node[0] + 1) % 3;
                                        },
                                        Duration.ofSeconds(2)),
                        plan);
        System.out.printf(
                "coherence, Redis Cluster: whole %s ms after the node's start, used by the pods %s ms later%n",
                millis(whole), millis(back));
        CoherenceRun.assertNoneRefused(seen);
        assertTrue(back.stream().allMatch(took -> took.compareTo(BACK_WITHIN) < 0), "back after " + back);
    }

    /// Until one pod stores a user there whom the other one then finds.
    ///
    /// @param fresh users who lie there and whom nobody has read yet, one for each try
    private Duration untilServedBy(RedisProcess node, Deque<Long> fresh) {
        long begin = System.nanoTime();
        await("the node serves both pods")
                .pollInterval(Duration.ofMillis(50))
                .atMost(BACK_WITHIN.multipliedBy(4))
                .until(() -> {
                    long user = fresh.pop();
                    get(a, "/users/" + user);
                    return cacheStatus(get(b, "/users/" + user)).startsWith("L2; hit") && holds(node, user);
                });
        return since(begin);
    }

    /// Enough of them for a try every 50 ms, for as long as is waited for the node.
    private static List<Long> usersOn(int node) {
        try {
            return CheckedUsers.create(STACK, 1_200).stream()
                    .filter(user -> owner(LeasedStore.bucket(Long.toString(user))) == node)
                    .toList();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int owner(int bucket) {
        return OWNERS.computeIfAbsent(bucket, it -> cluster.ownerOf("{users:" + it + "}"));
    }

    private static boolean holds(RedisProcess node, long user) {
        try (RedisConsole console = new RedisConsole(node.url())) {
            return !console.keys("ballast:{users:*}:" + user).isEmpty();
        }
    }

    private static Duration since(long begin) {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private static List<Long> millis(List<Duration> durations) {
        return durations.stream().map(Duration::toMillis).toList();
    }

    private static Pod pod(String name) {
        return STACK.pod(name)
                .environment("REDIS_URL", cluster.url())
                .property("quarkus.redis.client-type", "cluster")
                .start();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder operator(Pod pod, String path) {
        return request(pod, path).setHeader("Authorization", "Bearer " + Tokens.operator());
    }

    private HttpResponse<String> get(Pod pod, String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(request(pod, path).GET().build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer.body());
        return answer;
    }

    private static HttpRequest.Builder request(Pod pod, String path) {
        return HttpRequest.newBuilder(URI.create(pod.url() + path))
                .header("Authorization", "Bearer " + SERVICE)
                .header("Content-Type", "application/json");
    }

    private static String cacheStatus(HttpResponse<String> answer) {
        return answer.headers().firstValue("Cache-Status").orElse("");
    }
}
