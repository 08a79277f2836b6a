package dev.ballast.cacheops;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.both;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.ballast.stack.RedisConsole;
import dev.ballast.stack.Server;
import dev.ballast.stack.Stack;
import dev.ballast.stack.StackResource;
import dev.ballast.stack.Tokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `/ops/cache` against the packaged service.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class CacheOpsIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    Stack stack;

    /// Until Redis answers the service again, where a test has taken it away.
    @AfterEach
    void heal() {
        stack.heal();
        await().atMost(SOON)
                .untilAsserted(() ->
                        operator().delete("/ops/cache/users/1").then().header("Ballast-Invalidation", "acknowledged"));
    }

    @Test
    void get_afterReads_tellsWhatTheCacheDid() {
        operator().get("/users/601").then().statusCode(200);
        operator().get("/users/601").then().statusCode(200);
        operator()
                .get("/ops/cache")
                .then()
                .statusCode(200)
                .body("find { it.cache == 'users' }.entries", greaterThan(0))
                .body("find { it.cache == 'users' }.weight", greaterThan(50))
                .body("find { it.cache == 'users' }.reads.l1Hits", greaterThan(0))
                .body("find { it.cache == 'users' }.breakers.l2Open", equalTo(false))
                .body("find { it.cache == 'users' }.coherenceLagMs", greaterThanOrEqualTo(0));
    }

    @Test
    void getKey_inBothTiers_tellsAgesAndNoPersonalData() {
        String name = operator().get("/users/602").jsonPath().getString("name");
        operator()
                .get("/ops/cache/users/602")
                .then()
                .statusCode(200)
                .body("l1.present", equalTo(true))
                .body("l1.ageMs", greaterThanOrEqualTo(0))
                .body("l1.version", greaterThanOrEqualTo(1))
                .body("l2.version", greaterThanOrEqualTo(1))
                .body("l2.present", equalTo(true))
                .body("l2.ageMs", both(greaterThanOrEqualTo(0)).and(lessThan(60_000)))
                .body("l2.hardExpiryMs", greaterThan(1_000_000))
                .body(not(containsString(name)));
    }

    @Test
    void getKey_redisDown_tellsWhatMemoryHolds() {
        operator().get("/users/608").then().statusCode(200);
        stack.kill(Server.REDIS);
        operator()
                .get("/ops/cache/users/608")
                .then()
                .statusCode(200)
                .body("l1.present", equalTo(true))
                .body("l2", nullValue());
    }

    @Test
    void deleteKey_held_isForgottenInBothTiers() {
        operator().get("/users/603").then().statusCode(200);
        operator().delete("/ops/cache/users/603").then().statusCode(204).header("Ballast-Invalidation", "acknowledged");
        operator().get("/users/603").then().header("Cache-Status", "L1; fwd=miss, L2; fwd=miss; stored");
    }

    @Test
    void deleteKey_writtenInAnotherWay_isTheSameKey() {
        operator().get("/users/607").then().statusCode(200);
        operator().delete("/ops/cache/users/00607").then().statusCode(204);
        operator().get("/users/607").then().header("Cache-Status", "L1; fwd=miss, L2; fwd=miss; stored");
        operator()
                .get("/ops/cache/users/00607")
                .then()
                .body("key", equalTo("607"))
                .body("l2.present", equalTo(true));
    }

    @Test
    void key_thatIsNone_isRefused() {
        for (String key : List.of("abc", "1.5", "x".repeat(300), "9".repeat(30))) {
            operator().delete("/ops/cache/users/" + key).then().statusCode(400);
            operator().get("/ops/cache/users/" + key).then().statusCode(400);
        }
    }

    @Test
    void deleteAll_held_isForgottenInBothTiers() {
        operator().get("/users/604").then().statusCode(200);
        operator().delete("/ops/cache/users").then().statusCode(204).header("Ballast-Invalidation", "acknowledged");
        operator().get("/users/604").then().header("Cache-Status", "L1; fwd=miss, L2; fwd=miss; stored");
    }

    @Test
    void warmUp_ids_areInMemoryAfterwards() {
        operator()
                .body("{\"ids\":[701,\"702\",987654321]}")
                .post("/ops/cache/users/warmup")
                .then()
                .statusCode(200)
                .body("requested", equalTo(3))
                .body("missing", equalTo(1));
        operator().get("/users/702").then().header("Cache-Status", "L1; hit");
    }

    @Test
    void warmUp_top_bringsTheHottestAsLastWrittenDown() {
        hot("711\n712\n713");
        operator()
                .body("{\"top\":2}")
                .post("/ops/cache/users/warmup")
                .then()
                .statusCode(200)
                .body("requested", equalTo(2))
                .body("missing", equalTo(0));
        operator().get("/users/711").then().header("Cache-Status", "L1; hit");
        operator().get("/users/712").then().header("Cache-Status", "L1; hit");
    }

    /// As a pod writes it, once a minute.
    private void hot(String list) {
        try (RedisConsole redis = new RedisConsole(stack.redisUrl())) {
            redis.call("SET", "ballast:hot:users", list, "EX", "60");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10_001, 100_000})
    void warmUp_tooManyIds_isRefusedWithTheLimit(int count) {
        operator()
                .body(ids(1, count))
                .post("/ops/cache/users/warmup")
                .then()
                .statusCode(400)
                .body("detail", containsString("at most 10000"));
    }

    @Test
    void warmUp_asManyIdsAsAllowed_isDoneHoweverLongTheyAre() {
        operator()
                .body(ids(1_000_000_000L, 10_000))
                .post("/ops/cache/users/warmup")
                .then()
                .statusCode(200)
                .body("requested", equalTo(10_000))
                .body("missing", equalTo(10_000));
    }

    private static String ids(long first, int count) {
        return LongStream.range(first, first + count)
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(",", "{\"ids\":[", "]}"));
    }

    @Test
    void warmUp_neither_isRefused() {
        for (String body : new String[] {
            "{}", "{\"top\":0}", "{\"top\":10001}", "{\"ids\":[1],\"top\":1}", "{\"ids\":[1.5]}", "{\"ids\":[null]}",
            "", "[]", "{\"ids\":[1]} {}", "{\"ids\":[1],\"ids\":[2]}", "{\"ids\":[1],\"other\":2}", "{\"ids\":[1"
        }) {
            operator().body(body).post("/ops/cache/users/warmup").then().statusCode(400);
        }
    }

    @Test
    void unknownCache_isNotFoundAndNamesThoseThereAre() {
        operator().get("/ops/cache/nothing/1").then().statusCode(404).body("detail", containsString("users"));
        operator().delete("/ops/cache/nothing/1").then().statusCode(404);
        operator().delete("/ops/cache/nothing").then().statusCode(404);
        operator().body("{\"top\":1}").post("/ops/cache/nothing/warmup").then().statusCode(404);
    }

    @Test
    void notAnOperator_isRefused() {
        given().get("/ops/cache").then().statusCode(401);
        given().header("Authorization", "Bearer " + Tokens.service())
                .get("/ops/cache")
                .then()
                .statusCode(403);
    }

    private static RequestSpecification operator() {
        return given().header("Authorization", "Bearer " + Tokens.operator()).contentType(ContentType.JSON);
    }
}
