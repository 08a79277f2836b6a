package dev.ballast.fault;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.Fault;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Server;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Recommendations are a favour: without the stores there are none, and never an error or a long wait.
class RecommendationFaultIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// Beyond the service's own patience, with room for a machine that is busy with other things.
    private static final long LONGEST_MS = 3_000;

    private static final String SERVICE = Tokens.service();

    private final Stack stack = Stack.shared();

    /// How servers are away.
    enum Away {
        /// Connections are refused.
        KILLED(Stack::kill),
        /// Connections are taken, and nothing is ever answered.
        SILENT(Stack::pause);

        private final BiConsumer<Stack, Server> fault;

        Away(BiConsumer<Stack, Server> fault) {
            this.fault = fault;
        }
    }

    @AfterEach
    void heal() {
        stack.heal();
    }

    @ParameterizedTest
    @EnumSource
    void get_bothStoresAway_isEmptyInTimeAndPopularAgainAfterwards(Away away) {
        try (Pod pod = stack.pod("recommending").start()) {
            stack.recommendations(Fault.of(Fault.Kind.REFUSE));
            var _ = source(pod); // pays for the first call of client and pod, outside of what is waited for
            await().atMost(PATIENCE).until(() -> source(pod).equals("popular"));

            away.fault.accept(stack, Server.REDIS);
            away.fault.accept(stack, Server.POSTGRES);
            await("memory may answer for D, no longer").atMost(PATIENCE).until(() -> sourceInTime(pod)
                    .equals("empty"));
            for (int i = 0; i < 20; i++) {
                assertEquals("empty", sourceInTime(pod));
            }

            stack.heal();
            await("personal again").atMost(PATIENCE).until(() -> source(pod).equals("personalized"));
        }
    }

    @Test
    void get_bothStoresAwayAndApiWell_isPersonalized() {
        try (Pod pod = stack.pod("personally-recommending").start()) {
            await().atMost(PATIENCE).until(() -> source(pod).equals("personalized"));
            LevelView view = new LevelView(pod);
            stack.kill(Server.REDIS);
            stack.kill(Server.POSTGRES);
            await().atMost(PATIENCE)
                    .until(() -> view.condition("redis").equals("gone")
                            && view.condition("postgresql").equals("gone"));
            for (int i = 0; i < 20; i++) {
                assertEquals("personalized", sourceInTime(pod));
            }
        }
    }

    /// A deployment may have no such API: then what is popular is all there is, and nothing is missing.
    @Test
    void get_noApiConfigured_popularIsNormal() {
        try (Pod pod =
                stack.pod("popular-only").environment("RECOMMENDATIONS_URL", "").start()) {
            await().atMost(PATIENCE).until(() -> source(pod).equals("popular"));
            Response answer = RestAssured.given()
                    .header("Authorization", "Bearer " + SERVICE)
                    .get(pod.url() + "/recommendations/7");
            // of recommendations nothing; a busy machine may have trouble of its own
            String level = answer.header("X-Service-Level");
            assertFalse(level.contains("recommendations"), level);
            assertNull(answer.header("Cache-Control"));
            List<String> dependencies = RestAssured.given()
                    .header("Authorization", "Bearer " + Tokens.operator())
                    .get(pod.url() + "/ops/degradation")
                    .jsonPath()
                    .getList("dependencies.dependency");
            assertTrue(dependencies.contains("redis"), dependencies::toString);
            assertFalse(dependencies.contains("recommendation-api"), dependencies::toString);
        }
    }

    /// 200 and no answer: what is popular comes in its place, and in time.
    @Test
    void get_badApi_isPopularInTimeAndPersonalAgainAfterwards() {
        try (Pod pod = stack.pod("badly-recommending").start()) {
            LevelView view = new LevelView(pod);
            for (Fault.Kind kind :
                    List.of(Fault.Kind.RUBBISH, Fault.Kind.ENDLESS, Fault.Kind.REDIRECT, Fault.Kind.DRIP)) {
                await("personal before " + kind)
                        .atMost(PATIENCE)
                        .until(() -> view.isAllNormal() && source(pod).equals("personalized"));
                stack.recommendations(Fault.of(kind));
                for (int i = 0; i < 5; i++) {
                    assertEquals("popular", sourceInTime(pod), kind.name());
                }
                await(kind + " is noticed")
                        .atMost(Duration.ofSeconds(4))
                        .until(() -> !view.condition("recommendation-api").equals("well"));
                assertEquals("popular", sourceInTime(pod), kind.name());
                stack.recommendations(Fault.of(Fault.Kind.NONE));
            }
            await("personal again").atMost(PATIENCE).until(() -> source(pod).equals("personalized"));
        }
    }

    /// Every single answer is timed, those that are waited through as well; a pod's very first is not, which
    /// loads its classes.
    private static String sourceInTime(Pod pod) {
        long begin = System.nanoTime();
        String source = source(pod);
        long tookMs = (System.nanoTime() - begin) / 1_000_000;
        assertTrue(tookMs < LONGEST_MS, "took " + tookMs + " ms");
        return source;
    }

    private static String source(Pod pod) {
        Response response =
                RestAssured.given().header("Authorization", "Bearer " + SERVICE).get(pod.url() + "/recommendations/7");
        assertEquals(200, response.statusCode(), response.asString());
        assertTrue(response.header("X-Trace-Id").matches("[0-9a-f]{32}"), response.header("X-Trace-Id"));
        String source = response.jsonPath().getString("source");
        assertEquals(
                switch (source) {
                    case "empty" -> 0;
                    case "popular" -> 10;
                    default -> 5;
                },
                response.jsonPath().getList("items").size());
        return source;
    }
}
