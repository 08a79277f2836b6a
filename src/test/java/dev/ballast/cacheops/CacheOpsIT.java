package dev.ballast.cacheops;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.both;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;

import dev.ballast.stack.Stack;
import dev.ballast.stack.StackResource;
import dev.ballast.stack.Tokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// `/ops/cache` against the packaged service.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class CacheOpsIT {
    Stack stack;

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
                .body("l2.present", equalTo(true))
                .body("l2.ageMs", both(greaterThanOrEqualTo(0)).and(lessThan(60_000)))
                .body("l2.hardExpiryMs", greaterThan(1_000_000))
                .body(not(containsString(name)));
    }

    @Test
    void deleteKey_held_isForgottenInBothTiers() {
        operator().get("/users/603").then().statusCode(200);
        operator().delete("/ops/cache/users/603").then().statusCode(204).header("Ballast-Invalidation", "acknowledged");
        operator().get("/users/603").then().header("Cache-Status", "L1; fwd=miss, L2; fwd=miss; stored");
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
    void warmUp_top_answers() {
        operator().body("{\"top\":1000}").post("/ops/cache/users/warmup").then().statusCode(200);
    }

    @Test
    void warmUp_tooManyIds_isRefusedWithTheLimit() {
        String ids = IntStream.range(1, 10_002).mapToObj(String::valueOf).collect(Collectors.joining(","));
        operator()
                .body("{\"ids\":[" + ids + "]}")
                .post("/ops/cache/users/warmup")
                .then()
                .statusCode(400)
                .body("detail", containsString("at most 10000"));
    }

    @Test
    void warmUp_neither_isRefused() {
        for (String body : new String[] {
            "{}", "{\"top\":0}", "{\"top\":10001}", "{\"ids\":[1],\"top\":1}", "{\"ids\":[1.5]}", "{\"ids\":[null]}"
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
