package dev.ballast.admission;

import static dev.ballast.admission.From.header;
import static dev.ballast.admission.From.json;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The limits of the specification on a pod, from outside. Each test has addresses and users of its own.
class AdmissionIT {
    private static final String SERVICE = Tokens.service();
    private static final String OPERATOR = Tokens.operator();

    private static Pod pod;

    /// Redis decides, however long a busy machine takes.
    @BeforeAll
    static void start() {
        pod = Stack.shared().pod("admission");
        pod.property("ballast.ratelimit.deadline", "10S")
                .property("ballast.policies.ip.limit", "100")
                .property("ballast.policies.ip.algorithm", "sliding-window-log")
                .property("ballast.policies.user.limit", "1000")
                .property("ballast.policies.user.algorithm", "sliding-window-log")
                .property("ballast.policies.user.plans.enterprise.limit", "45")
                .property("ballast.policies.allow", "127.0.7.0/24")
                .property("ballast.policies.deny", "127.0.6.0/24")
                .property("ballast.policies.endpoints.get-recommendations-userid.limit", "5")
                .property("ballast.policies.endpoints.get-recommendations-userid.algorithm", "sliding-window-log")
                .property("ballast.policies.endpoints.get-accounts-userid.limit", "3")
                .property("ballast.policies.endpoints.get-accounts-userid.window", "3S")
                .property("ballast.policies.endpoints.get-accounts-userid.algorithm", "sliding-window-log")
                .property("ballast.policies.endpoints.get-payments-orderid.cost", "40")
                .property("ballast.policies.endpoints.get-users.limit", "1")
                .property("ballast.policies.endpoints.get-users.shadow", "true")
                .property("ballast.clientaddress.trusted-proxies", "127.0.9.0/24")
                .start();
    }

    @AfterAll
    static void end() {
        pod.close();
    }

    @Test
    void address_101stRequestOfAMinute_is429AndChargesNothing() {
        String token = Tokens.user(9_001);
        try (From one = from("127.0.1.1");
                From other = from("127.0.1.2")) {
            HttpResponse<String> first = one.getAs(token, "/users/9001");
            assertAll(
                    () -> assertEquals(200, first.statusCode(), first.body()),
                    () -> assertTrue(
                            header(first, "RateLimit-Policy")
                                    .startsWith("\"ip\";q=100;w=60, \"user\";q=1000;w=3600, \"get-users-id\";q="),
                            header(first, "RateLimit-Policy")),
                    () -> assertTrue(
                            header(first, "RateLimit").matches("\"ip\";r=99;t=60, \"user\";r=999;t=3600, .*"),
                            header(first, "RateLimit")),
                    () -> assertEquals("100", header(first, "X-RateLimit-Limit")),
                    () -> assertEquals("99", header(first, "X-RateLimit-Remaining")),
                    () -> assertEquals("60", header(first, "X-RateLimit-Reset")));
            times(99, 200, () -> one.getAs(token, "/users/9001"));

            HttpResponse<String> rejected = one.getAs(token, "/users/9001");

            assertRejected(rejected, "ip", 60);
            assertTrue(header(rejected, "RateLimit").startsWith("\"ip\";r=0;t="), header(rejected, "RateLimit"));
            assertEquals("0", header(rejected, "X-RateLimit-Remaining"));
            HttpResponse<String> elsewhere = other.getAs(token, "/users/9001");
            assertEquals(200, elsewhere.statusCode());
            assertTrue(header(elsewhere, "RateLimit").contains("\"user\";r=899;"), header(elsewhere, "RateLimit"));
        }
    }

    @Test
    void user_1001stRequestOfAnHour_is429FromEveryAddress() {
        String token = Tokens.user(9_002);
        try (From one = from("127.0.7.1");
                From other = from("127.0.1.3")) {
            times(1_000, 200, () -> one.getAs(token, "/users/9002"));

            assertRejected(one.getAs(token, "/users/9002"), "user", 3_600);
            assertRejected(other.getAs(token, "/users/9002"), "user", 3_600);
            assertEquals(200, one.getAs(Tokens.user(9_003), "/users/9003").statusCode());
        }
    }

    @Test
    void endpoint_firstAboveItsOwnLimit_is429ForEverybodyAndNoOtherEndpoint() {
        try (From one = from("127.0.1.4");
                From other = from("127.0.1.5")) {
            times(5, 200, () -> one.getAs(Tokens.user(9_004), "/recommendations/9004"));

            assertRejected(other.getAs(Tokens.user(9_005), "/recommendations/9005"), "get-recommendations-userid", 60);
            assertEquals(200, other.getAs(Tokens.user(9_005), "/users/9005").statusCode());
        }
    }

    @Test
    void rejected_afterRetryAfter_theNextPasses() {
        String token = Tokens.user(9_006);
        try (From one = from("127.0.1.6")) {
            HttpResponse<String> rejected = until429(() -> one.getAs(token, "/accounts/9006"), 4);
            long retryAfter = Long.parseLong(header(rejected, "Retry-After"));
            assertTrue(retryAfter <= 3, "not later than the window");

            await().pollDelay(Duration.ofSeconds(retryAfter)).until(() -> true);

            assertEquals(200, one.getAs(token, "/accounts/9006").statusCode());
        }
    }

    @Test
    void noToken_101stRequest_is429Like401WasBefore() {
        try (From one = from("127.0.1.7");
                From other = from("127.0.1.8")) {
            HttpResponse<String> first = one.get("/users/1");
            assertEquals(401, first.statusCode());
            assertEquals("Bearer", header(first, "WWW-Authenticate"));
            assertEquals("99", header(first, "X-RateLimit-Remaining"));
            times(99, 401, () -> one.get("/users/1"));

            HttpResponse<String> rejected = one.get("/users/1");
            assertRejected(rejected, "ip", 60);
            assertNull(header(rejected, "WWW-Authenticate"));
            assertRejected(one.get("/users/1"), "ip", 60);
            assertRejected(one.post("/users", "{}"), "ip", 60);
            assertEquals(401, other.get("/users/1").statusCode());
        }
    }

    @Test
    void noToken_http2_isAnsweredFromMemoryOnTheSameConnection() {
        try (From one = From.address("127.0.1.19", pod.url(), HttpClient.Version.HTTP_2)) {
            times(101, 401, 100, () -> one.get("/users/1"));

            assertRejected(one.get("/users/1"), "ip", 60);
            assertRejected(one.post("/users", "{}"), "ip", 60);
            assertRejected(one.get("/users/1"), "ip", 60);
        }
    }

    @Test
    void forgedToken_101stRequest_is429() {
        try (From one = from("127.0.1.9")) {
            times(100, 401, () -> one.getAs("a.b.c", "/users/1"));

            assertRejected(one.getAs("a.b.c", "/users/1"), "ip", 60);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nothing", "/users/1/nothing"})
    void noRoute_101stRequest_is429(String path) {
        try (From one = from(path.length() > 10 ? "127.0.1.10" : "127.0.1.11")) {
            times(100, 404, () -> one.get(path));

            assertRejected(one.get(path), "ip", 60);
        }
    }

    @Test
    void wrongRoleMethodOrMediaType_areCharged() {
        try (From one = from("127.0.1.12")) {
            assertEquals("99", remaining(403, one.getAs(Tokens.user(9_007), "/ops/cache")));
            assertEquals("98", remaining(405, one.delete(SERVICE, "/recommendations/1")));
            assertEquals("97", remaining(200, one.options("/users/1")));
            assertEquals("96", remaining(406, one.get("/users/1", "Accept", "image/png")));
            assertEquals("95", remaining(415, one.post("/users", "text/plain", "hello")));
        }
    }

    /// It is answered before a token is looked at, and charged when it is.
    @Test
    void bodyTooLarge_isCharged() {
        String large = "x".repeat(70_000);
        try (From one = from("127.0.1.20")) {
            for (int i = 0; i < 3; i++) {
                assertEquals(413, one.post("/users", large).statusCode());
            }
            await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
                HttpResponse<String> standing = one.getAs(OPERATOR, "/ops/rate-limits/ip/127.0.1.20");
                assertEquals(97, json(standing).getLong("remaining"), standing.body());
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/q/../users/1", "/console/%2e%2e/users/1", "/console/..//users/1", "/q/./../users/1"})
    void wayAroundThroughAPlaceWithoutLimits_isCharged(String path) {
        try (From one = from("127.0.1.2" + (1 + path.length() % 7));
                From denied = from("127.0.6.3")) {
            HttpResponse<String> answer = one.getAs(Tokens.user(1), path);
            assertNotNull(header(answer, "RateLimit"), answer.statusCode() + " " + answer.body());
            assertEquals(403, denied.getAs(SERVICE, path).statusCode());
        }
    }

    @Test
    void placesForMachines_areNotLimited() {
        try (From one = from("127.0.1.13");
                From denied = from("127.0.6.1")) {
            times(150, 200, () -> one.get("/q/health/live"));
            assertNull(header(one.get("/q/health/live"), "RateLimit"));
            assertEquals(200, denied.get("/q/health/live").statusCode());
            assertEquals(404, one.get("/console/nothing").statusCode());
            HttpResponse<String> index = one.get("/");
            assertEquals("ballast", json(index).getString("service"), index.body());
            assertNull(header(index, "RateLimit"));
        }
    }

    @Test
    void deniedNetwork_is403Before401() {
        try (From denied = from("127.0.6.2")) {
            HttpResponse<String> refused = denied.getAs(SERVICE, "/users/1");

            assertEquals(403, refused.statusCode());
            assertTrue(header(refused, "Content-Type").startsWith("application/problem+json"));
            assertEquals(403, json(refused).getInteger("status"));
            assertEquals(403, denied.post("/users", "{}").statusCode());
        }
    }

    @Test
    void allowedNetwork_isChargedToTheOthers() {
        try (From allowed = from("127.0.7.2")) {
            times(150, 401, () -> allowed.get("/users/1"));

            HttpResponse<String> answer = allowed.getAs(Tokens.user(9_008), "/users/9008");
            assertTrue(header(answer, "RateLimit-Policy").startsWith("\"user\";q=1000"));
        }
    }

    @Test
    void privilegedRoles_areExemptFromIpAndHaveAPlanOfTheirOwn() {
        try (From one = from("127.0.1.14")) {
            times(101, 401, 100, () -> one.get("/users/1"));
            for (String token : List.of(SERVICE, OPERATOR)) {
                HttpResponse<String> answer = one.getAs(token, "/users/1");
                assertEquals(200, answer.statusCode());
                assertTrue(header(answer, "RateLimit-Policy").startsWith("\"user\";q=1000000;w=3600"));
            }
            assertEquals(429, one.getAs(Tokens.user(9_009), "/users/9009").statusCode());
            assertEquals(429, one.get("/users/1").statusCode());
        }
    }

    @Test
    void plan_ofTheToken_setsTheLimit() {
        try (From one = from("127.0.1.15")) {
            String token = user(9_010, "enterprise");
            times(45, 200, () -> one.getAs(token, "/users/9010"));
            assertRejected(one.getAs(token, "/users/9010"), "user", 3_600);

            for (String plan : List.of("gold", "service", "operator", "")) {
                HttpResponse<String> answer = one.getAs(user(9_011, plan), "/users/9011");
                assertTrue(header(answer, "RateLimit-Policy").contains("\"user\";q=1000;w=3600"), plan);
            }
        }
    }

    @Test
    void cost_isChargedToEveryPolicy() {
        try (From one = from("127.0.1.16")) {
            HttpResponse<String> answer = one.getAs(Tokens.user(9_012), "/payments/none");

            assertEquals(404, answer.statusCode());
            assertTrue(header(answer, "RateLimit").startsWith("\"ip\";r=60;"), header(answer, "RateLimit"));
            assertTrue(header(answer, "RateLimit").contains("\"user\";r=960;"), header(answer, "RateLimit"));
            one.getAs(Tokens.user(9_012), "/payments/none");
            assertRejected(one.getAs(Tokens.user(9_012), "/payments/none"), "ip", 60);
            assertEquals("19", remaining(200, one.getAs(Tokens.user(9_012), "/users/9012")));
        }
    }

    @Test
    void shadow_isNeitherToldNorEnforced() {
        try (From one = from("127.0.1.17")) {
            for (int i = 0; i < 3; i++) {
                HttpResponse<String> answer = one.getAs(Tokens.user(9_013), "/users?ids=9013");
                assertEquals(200, answer.statusCode());
                assertFalse(header(answer, "RateLimit").contains("get-users"), header(answer, "RateLimit"));
            }
        }
    }

    @Test
    void forgedHeader_ofAnUntrustedCaller_doesNotHelp() {
        try (From one = from("127.0.1.18")) {
            int[] n = new int[1];
            times(100, 401, () -> one.get("/users/1", "X-Forwarded-For", "203.0.113." + n[0]++));

            for (String header : List.of("X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP")) {
                assertRejected(one.get("/users/1", header, "203.0.113.200"), "ip", 60);
            }
        }
    }

    @Test
    void header_ofATrustedProxy_namesTheClient() {
        try (From proxy = from("127.0.9.1")) {
            times(100, 401, () -> proxy.get("/users/1", "X-Forwarded-For", "1.1.1.1, 198.51.100.7"));

            assertRejected(proxy.get("/users/1", "X-Forwarded-For", "2.2.2.2, 198.51.100.7"), "ip", 60);
            assertRejected(proxy.get("/users/1", "X-Forwarded-For", "::ffff:198.51.100.7, 127.0.9.2"), "ip", 60);
            assertEquals("99", remaining(401, proxy.get("/users/1", "X-Forwarded-For", "198.51.100.8")));
            assertEquals("99", remaining(401, proxy.get("/users/1", "X-Forwarded-For", "2001:db8:7::1")));
            assertEquals("98", remaining(401, proxy.get("/users/1", "X-Forwarded-For", "2001:db8:7::2")));
            assertEquals(
                    403, proxy.get("/users/1", "X-Forwarded-For", "127.0.6.9").statusCode());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{rl}", "}{", "a b\tc", "line\nbreak\r\n", "\u0000", "ключ", "a:b:c", "*", "10 KB"})
    void identifier_however_isCountedByItself(String subject) {
        String sub = subject.equals("10 KB") ? "x".repeat(10_240) : subject;
        String token = Tokens.as("user").subject(sub).sign();
        try (From one = from("127.0.7.3")) {
            // 403: no user has such an id; charged all the same
            for (int left = 999; left > 996; left--) {
                HttpResponse<String> answer = one.getAs(token, "/users/1");
                assertEquals(403, answer.statusCode());
                assertTrue(
                        header(answer, "RateLimit").contains("\"user\";r=" + left + ";"), header(answer, "RateLimit"));
            }
        }
    }

    private static From from(String address) {
        return From.address(address, pod.url());
    }

    private static String user(long id, String plan) {
        return Tokens.as("user").subject(Long.toString(id)).claim("plan", plan).sign();
    }

    private static String remaining(int status, HttpResponse<String> answer) {
        assertEquals(status, answer.statusCode(), answer.body());
        return header(answer, "X-RateLimit-Remaining");
    }

    private static void times(int count, int status, Supplier<HttpResponse<String>> call) {
        times(count, status, count, call);
    }

    /// @param sure how many of them must be answered so
    private static void times(int count, int status, int sure, Supplier<HttpResponse<String>> call) {
        for (int i = 0; i < count; i++) {
            HttpResponse<String> answer = call.get();
            assertTrue(i >= sure || answer.statusCode() == status, i + ": " + answer.statusCode() + answer.body());
        }
    }

    private static HttpResponse<String> until429(Supplier<HttpResponse<String>> call, int most) {
        for (int i = 0; i < most; i++) {
            HttpResponse<String> answer = call.get();
            if (answer.statusCode() == 429) {
                return answer;
            }
        }
        throw new AssertionError("no 429 in " + most);
    }

    private static void assertRejected(HttpResponse<String> answer, String policy, long window) {
        assertEquals(429, answer.statusCode(), answer.body());
        JsonObject problem = json(answer);
        JsonArray violations = problem.getJsonArray("violations");
        long retryAfter = Long.parseLong(header(answer, "Retry-After"));
        assertAll(
                () -> assertTrue(header(answer, "Content-Type").startsWith("application/problem+json")),
                () -> assertEquals("no-store", header(answer, "Cache-Control")),
                () -> assertTrue(retryAfter >= 1 && retryAfter <= window, "Retry-After " + retryAfter),
                () -> assertEquals(1, violations.size(), answer.body()),
                () -> assertEquals(policy, violations.getJsonObject(0).getString("policy")),
                () -> assertTrue(violations.getJsonObject(0).getLong("retryAfterMs") <= retryAfter * 1_000),
                () -> assertEquals(429, problem.getInteger("status")),
                () -> assertEquals("urn:ballast:problem:too-many-requests", problem.getString("type")),
                () -> assertEquals(header(answer, "X-Trace-Id"), problem.getString("traceId")),
                () -> assertTrue(header(answer, "RateLimit-Policy").contains('"' + policy + "\";q=")));
    }
}
