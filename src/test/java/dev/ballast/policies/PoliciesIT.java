package dev.ballast.policies;

import static dev.ballast.admission.From.header;
import static dev.ballast.admission.From.json;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.admission.From;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Server;
import dev.ballast.stack.Stack;
import dev.ballast.stack.StackFailure;
import dev.ballast.stack.Tokens;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Policies changed live, on two pods of a stack of their own, as a change is for every pod of a database.
class PoliciesIT {
    private static final Stack STACK = Stack.apart("policies");
    private static final String OPERATOR = Tokens.operator();

    /// A second is promised; starting pods on a busy machine get a little more.
    private static final Duration SOON = Duration.ofSeconds(2);

    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");
    private static final Map<String, From> OPERATORS = new HashMap<>();

    private static Pod a;
    private static Pod b;

    @BeforeAll
    static void start() {
        a = pod("policies-a").start();
        b = pod("policies-b").start();
    }

    @AfterAll
    static void end() {
        OPERATORS.values().forEach(From::close);
        a.close();
        b.close();
        STACK.close();
    }

    @AfterEach
    void heal() {
        STACK.heal();
    }

    /// What it learns within a minute it has from the log.
    private static Pod pod(String name) {
        return STACK.pod(name)
                .property("ballast.ratelimit.deadline", "10S")
                .property("ballast.policies.reread-every", "60S")
                .property("ballast.policies.ip.limit", "100")
                .property("ballast.policies.ip.algorithm", "sliding-window-log")
                .property("ballast.policies.user.plans.pro.limit", "5000");
    }

    @Test
    void get_all_listsEveryPolicyWithItsVersion() {
        JsonArray policies = policies();
        List<String> names = names();
        assertTrue(names.containsAll(List.of("ip", "user", "get-users-id", "put-ops-rate-limits-policy")), "" + names);
        JsonObject endpoint = policies.getJsonObject(names.indexOf("get-users"));
        assertEquals("token-bucket", endpoint.getString("algorithm"));
        assertEquals(60_000, endpoint.getLong("windowMs"));
        assertEquals(0, endpoint.getLong("version"));
    }

    @Test
    void put_limit_isInForceOnBothPodsAndAudited() {
        long before = policy(b, "get-users").getLong("version");

        HttpResponse<String> changed =
                put(a, "get-users", "{\"limit\":2,\"algorithm\":\"sliding-window-log\",\"windowMs\":3600000}");

        assertEquals(200, changed.statusCode(), changed.body());
        assertEquals("acknowledged", header(changed, "Ballast-Invalidation"));
        assertEquals(before + 1, json(changed).getLong("version"));
        assertEquals(2, json(changed).getLong("limit"));
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertEquals(before + 1, policy(b, "get-users").getLong("version")));
        try (From user = From.address("127.0.2.1", b.url())) {
            String token = Tokens.user(9_101);
            assertEquals(200, user.getAs(token, "/users?ids=9101").statusCode());
            assertEquals(200, user.getAs(token, "/users?ids=9101").statusCode());
            assertEquals(429, user.getAs(token, "/users?ids=9101").statusCode());
        }
        JsonObject audit = json(operator(b).getAs(OPERATOR, "/ops/audit?action=rate-limit.change"));
        JsonObject deed = audit.getJsonArray("entries").stream()
                .map(JsonObject.class::cast)
                .filter(entry -> entry.getString("target").equals("get-users"))
                .findFirst()
                .orElseThrow();
        assertEquals("local-operator", deed.getString("who"));
        assertTrue(deed.getString("detail").startsWith("2 per 3600000 ms by sliding-window-log"), deed.encode());
        assertEquals("version " + (before + 1), deed.getString("outcome"));
    }

    @Test
    void put_twoFirstChangesAtOnce_bothAreInForce() throws Exception {
        for (String policy : List.of("get-accounts-userid", "post-accounts-userid-deposits", "post-users")) {
            CompletableFuture<HttpResponse<String>> limit =
                    CompletableFuture.supplyAsync(() -> put(a, policy, "{\"limit\":99}"));
            CompletableFuture<HttpResponse<String>> mode =
                    CompletableFuture.supplyAsync(() -> put(b, policy, "{\"onFailure\":\"closed\"}"));
            assertEquals(200, limit.get(10, TimeUnit.SECONDS).statusCode());
            assertEquals(200, mode.get(10, TimeUnit.SECONDS).statusCode());

            await().atMost(SOON).untilAsserted(() -> {
                JsonObject both = policy(a, policy);
                assertEquals("99 closed", both.getLong("limit") + " " + both.getString("onFailure"));
            });
        }
    }

    @Test
    void everyOperation_hasAPolicy() {
        List<String> policies = names();
        JsonObject api = json(operator(a).get("/q/openapi?format=json"));
        api.getJsonObject("paths").forEach(path -> ((JsonObject) path.getValue())
                .fieldNames().stream()
                        .filter(METHODS::contains)
                        .map(method -> EndpointId.of(method, path.getKey()))
                        .filter(id -> !path.getKey().equals("/"))
                        .forEach(id -> assertTrue(policies.contains(id), id + " is not in " + policies)));
    }

    @Test
    void put_again_countsUpAndKeepsWhatIsLeftOut() {
        long first = json(put(a, "user", "{\"limit\":777}")).getLong("version");
        HttpResponse<String> second = put(b, "user", "{\"onFailure\":\"open\"}");

        assertEquals(first + 1, json(second).getLong("version"));
        assertEquals(777, json(second).getLong("limit"));
        assertEquals("open", json(second).getString("onFailure"));
        assertEquals(
                5_000, json(second).getJsonObject("plans").getJsonObject("pro").getLong("limit"));
        await().atMost(SOON)
                .untilAsserted(() -> assertEquals(first + 1, policy(a, "user").getLong("version")));
    }

    @Test
    void put_lists_areInForceOnBothPods() {
        assertEquals(200, put(a, "ip", "{\"deny\":[\"127.0.2.9\"]}").statusCode());

        try (From denied = From.address("127.0.2.9", b.url())) {
            await().atMost(SOON).until(() -> denied.get("/users/1").statusCode(), status -> status == 403);
            assertEquals(200, put(a, "ip", "{\"deny\":[]}").statusCode());
            await().atMost(SOON).until(() -> denied.get("/users/1").statusCode(), status -> status == 401);
        }
    }

    @Test
    void put_thenRestart_isStillInForceOnceThePodIsReady() {
        long version =
                json(put(a, "get-recommendations-userid", "{\"limit\":11}")).getLong("version");
        b.kill();
        b.start();

        JsonObject read = policy(b, "get-recommendations-userid");
        assertEquals(version, read.getLong("version"));
        assertEquals(11, read.getLong("limit"));
    }

    @Test
    void put_redisDown_isDeferredAndReadRegularly() {
        b.close();
        b = pod("policies-b").property("ballast.policies.reread-every", "3S").start();
        STACK.kill(Server.REDIS);
        HttpResponse<String> changed = put(a, "get-payments-orderid", "{\"limit\":4321}");

        assertEquals(200, changed.statusCode(), changed.body());
        assertEquals("deferred", header(changed, "Ballast-Invalidation"));
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() ->
                        assertEquals(4_321, policy(b, "get-payments-orderid").getLong("limit")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"limit\":0}|limit must be from 1 to 1000000, not 0",
                "{\"limit\":1000001}|limit must be from 1 to 1000000",
                "{\"windowMs\":0}|windowMs must be from 1 to 86400000, not 0",
                "{\"limit\":\"5\"}|limit must be a whole number",
                "{\"limit\":1.5}|limit must be a whole number",
                "{\"algorithm\":\"leaky\"}|must be one of sliding-window-log, sliding-window-counter, token-bucket",
                "{\"onFailure\":\"maybe\"}|must be one of open, closed, local",
                "{\"algorithm\":\"token-bucket\",\"burst\":0}|burst must be from 1 to the limit",
                "{\"plans\":{\"pro\":{\"limit\":5}}}|plans belong to the policy user",
                "{\"deny\":[\"10.0.0.1/8\"]}|deny must be a list of networks",
                "{\"allow\":[\"example.org\"]}|allow must be a list of networks",
                "{\"limits\":5}|is not known here",
                "{}|must have one of",
                "[]|must be a JSON object",
                "{\"limit\":5|not well-formed"
            })
    void put_invalid_is400AndTheOldOneStays(String body, String reason) {
        JsonObject before = policy(a, "ip");

        HttpResponse<String> refused = put(a, "ip", body);

        assertEquals(400, refused.statusCode(), refused.body());
        assertTrue(json(refused).getString("detail").contains(reason), refused.body());
        assertEquals(before, policy(a, "ip"));
    }

    @Test
    void policy_unknown_is404AndNamesThoseThereAre() {
        for (HttpResponse<String> answer : List.of(
                put(a, "nothing", "{\"limit\":5}"),
                operator(a).getAs(OPERATOR, "/ops/rate-limits/nothing/1"),
                operator(a).delete(OPERATOR, "/ops/rate-limits/nothing/1"))) {
            assertEquals(404, answer.statusCode());
            assertTrue(json(answer).getString("detail").contains("get-users-id, "), answer.body());
        }
    }

    @Test
    void standing_isToldWithoutConsuming() {
        try (From one = From.address("127.0.2.2", a.url())) {
            one.get("/users/1");
            one.get("/users/1");
        }
        for (int i = 0; i < 3; i++) {
            JsonObject standing = json(operator(b).getAs(OPERATOR, "/ops/rate-limits/ip/127.0.2.2"));
            assertEquals("ip", standing.getString("policy"));
            assertEquals("127.0.2.2", standing.getString("identifier"));
            assertEquals(98, standing.getLong("remaining") - standing.getLong("limit") + 100);
            assertEquals("sliding-window-log", standing.getString("algorithm"));
            assertFalse(Instant.parse(standing.getString("fullResetAt"))
                    .isBefore(Instant.parse(standing.getString("resetAt"))));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ip, 2001:db8:1:2::/64, 2001:db8:1:2::/64, 200",
        "ip, 2001:db8:1:2:3:4:5:6, 2001:db8:1:2::/64, 200",
        "ip, ::ffff:203.0.113.7, 203.0.113.7, 200",
        "ip, example.org, , 400",
        "ip, 203.0.113.0/24, , 400",
        "user, a/b {c} 100%, a/b {c} 100%, 200",
        "get-users-id, all, all, 200",
        "get-users-id, 203.0.113.7, , 400"
    })
    void standing_identifier_isReadAsItIsCharged(String policy, String identifier, String canonical, int status) {
        HttpResponse<String> answer =
                operator(a).getAs(OPERATOR, "/ops/rate-limits/" + policy + "/" + encoded(identifier));

        assertEquals(status, answer.statusCode(), answer.body());
        if (status == 200) {
            assertEquals(canonical, json(answer).getString("identifier"));
        }
    }

    @Test
    void standing_ofAPlan_isCountedApart() {
        JsonObject pro = json(operator(a).getAs(OPERATOR, "/ops/rate-limits/user/9103?plan=pro"));
        assertEquals(5_000, pro.getLong("limit"));
        HttpResponse<String> unknown = operator(a).getAs(OPERATOR, "/ops/rate-limits/user/9103?plan=gold");
        assertEquals(400, unknown.statusCode());
        assertTrue(json(unknown).getString("detail").contains("pro"), unknown.body());
    }

    @Test
    void delete_identifier_isForgivenOnEveryPodAndAudited() {
        try (From onA = From.address("127.0.2.3", a.url());
                From onB = From.address("127.0.2.3", b.url())) {
            for (int i = 0; i < 101; i++) {
                onA.get("/users/1");
            }
            assertEquals(429, onA.get("/users/1").statusCode());
            assertEquals(429, onB.get("/users/1").statusCode());

            assertEquals(
                    204,
                    operator(a)
                            .delete(OPERATOR, "/ops/rate-limits/ip/127.0.2.3")
                            .statusCode());

            await().atMost(SOON).until(() -> onA.get("/users/1").statusCode(), status -> status == 401);
            await().atMost(SOON).until(() -> onB.get("/users/1").statusCode(), status -> status == 401);
        }
        JsonObject audit = json(operator(b).getAs(OPERATOR, "/ops/audit?action=rate-limit.forgive"));
        assertEquals("ip", audit.getJsonArray("entries").getJsonObject(0).getString("target"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ballast.ratelimit.breaker-failures|0|ballast.ratelimit.breaker-failures must be at least 1, not 0",
                "ballast.ratelimit.deadline|0S|ballast.ratelimit.deadline must be at least PT0.001S, not PT0S",
                "ballast.ratelimit.heartbeat-lasts|1S|ballast.ratelimit.heartbeat-lasts must be at least PT2S, not PT1S",
                "ballast.policies.ip.limit|0|ballast.policies.ip.limit must be from 1 to 1000000, not 0",
                "ballast.policies.endpoints.get-nothing.limit|5|ballast.policies.endpoints.get-nothing names no endpoint",
                "ballast.policies.deny|10.0.0.1/8|ballast.policies.deny must be a list of networks",
                "ballast.policies.ip.algorithm|leaky|ballast.policies.ip.algorithm",
                "ballast.clientaddress.trusted-proxies|10.0.0.1/8|ballast.clientaddress.trusted-proxies: '10.0.0.1/8'"
            })
    void start_invalidSetting_isRefusedWithKeyAndReason(String key, String value, String said) throws IOException {
        try (Pod pod = STACK.pod("refused").property(key, value)) {
            assertThrows(StackFailure.class, pod::start);

            String log = Files.readString(Path.of(pod.status().log()));
            assertTrue(log.contains(said), log);
        }
    }

    @Test
    void notAnOperator_isRefused() {
        assertEquals(401, operator(a).get("/ops/rate-limits").statusCode());
        assertEquals(
                403, operator(a).getAs(Tokens.service(), "/ops/rate-limits").statusCode());
        assertEquals(
                403,
                operator(a)
                        .put(Tokens.service(), "/ops/rate-limits/ip", "{\"limit\":5}")
                        .statusCode());
    }

    private static From operator(Pod pod) {
        return OPERATORS.computeIfAbsent(pod.url(), url -> From.address("127.0.2.100", url));
    }

    private static JsonArray policies() {
        return new JsonArray(operator(a).getAs(OPERATOR, "/ops/rate-limits").body());
    }

    private static List<String> names() {
        return policies().stream()
                .map(policy -> ((JsonObject) policy).getString("policy"))
                .toList();
    }

    private static HttpResponse<String> put(Pod pod, String policy, String body) {
        return operator(pod).put(OPERATOR, "/ops/rate-limits/" + policy, body);
    }

    private static JsonObject policy(Pod pod, String name) {
        return new JsonArray(operator(pod).getAs(OPERATOR, "/ops/rate-limits").body())
                .stream()
                        .map(JsonObject.class::cast)
                        .filter(policy -> policy.getString("policy").equals(name))
                        .findFirst()
                        .orElseThrow();
    }

    private static String encoded(String identifier) {
        return URLEncoder.encode(identifier, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
