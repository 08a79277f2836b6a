package dev.ballast.live;

import static dev.ballast.payments.PaymentCalls.as;
import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.emptyOrNullString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.Stack;
import dev.ballast.stack.StackResource;
import dev.ballast.stack.Tokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// `/ops/history` and `/ops/stream` against the packaged service.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class LiveIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    Stack stack;

    @Test
    void history_afterRequests_hasThemAsColumnsOfOneLength() {
        for (int i = 1; i <= 20; i++) {
            as(Tokens.service()).get("/users/" + i).then().statusCode(200);
        }
        await().atMost(SOON).untilAsserted(() -> as(Tokens.operator())
                .get("/ops/history")
                .then()
                .statusCode(200)
                .header("Cache-Control", equalTo("no-store"))
                .body("pod", not(emptyOrNullString()))
                .body("everyMs", equalTo(3_000))
                .body("keptMs", equalTo(900_000))
                .body("series.requests.findAll { it > 0 }.size()", greaterThan(0))
                .body("series.p99Ms.findAll { it != null }.size()", greaterThan(0))
                .body("series", hasKey("level.users"))
                .body("series", hasKey("cache.l1"))
                .body("series", hasKey("limits.rejected")));
        JsonPath history = as(Tokens.operator()).get("/ops/history").jsonPath();
        int samples = history.getList("at").size();
        history.<String, List<?>>getMap("series").forEach((name, column) -> assertEquals(samples, column.size(), name));
        assertEquals(
                history.getList("at", String.class).stream().sorted().toList(), history.getList("at", String.class));
    }

    @Test
    void stream_saysWhoSpeaks_thenSamples_thenWhatChanges() throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(RestAssured.baseURI + ":" + RestAssured.port + "/ops/stream"))
                .header("Authorization", "Bearer " + Tokens.operator())
                .header("Accept", "text/event-stream")
                .build();
        HttpResponse<Stream<String>> answer =
                HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofLines());
        assertEquals(200, answer.statusCode());
        Thread reader = Thread.ofVirtual().start(() -> answer.body().forEach(lines::add));
        try {
            await().atMost(SOON).until(() -> lines.contains("event:sample"));
            assertEquals("event:hello", lines.getFirst());
            String pod = as(Tokens.operator()).get("/ops/history").jsonPath().getString("pod");
            JsonPath hello = JsonPath.from(lines.get(1).substring("data:".length()));
            assertEquals(pod, hello.getString("pod"));
            assertTrue(!hello.getList("at").isEmpty(), lines.get(1));
            as(Tokens.operator())
                    .body(
                            "{\"feature\":\"recommendations\",\"level\":\"minimal\",\"reason\":\"a test\",\"ttlSeconds\":30}")
                    .put("/ops/degradation/override")
                    .then()
                    .statusCode(200);
            as(Tokens.operator()).delete("/ops/degradation/override?feature=recommendations");
            await().atMost(SOON).until(() -> lines, hasItem("event:change"));
        } finally {
            answer.body().close();
            reader.interrupt();
        }
    }

    @Test
    void answers_ofOneOfSeveralPods_sayWhich_butNotToWhoIsRefused() {
        String pod = as(Tokens.operator()).get("/ops/history").jsonPath().getString("pod");
        for (String path : List.of("/ops/degradation", "/ops/cache", "/ops/rate-limits/pressure", "/ops/history")) {
            as(Tokens.operator()).get(path).then().statusCode(200).header("X-Ballast-Pod", equalTo(pod));
            given().get(path).then().statusCode(401).header("X-Ballast-Pod", nullValue());
        }
    }

    @Test
    void otherRolesAndNobody_areRefused() {
        for (String path : List.of("/ops/history", "/ops/stream", "/ops/rate-limits/pressure")) {
            given().get(path).then().statusCode(401);
            as(Tokens.user(1)).get(path).then().statusCode(403);
            as(Tokens.service()).get(path).then().statusCode(403);
        }
    }
}
