package dev.ballast.fault;

import static io.restassured.RestAssured.given;

import dev.ballast.stack.Pod;
import dev.ballast.stack.Tokens;
import io.restassured.path.json.JsonPath;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// What a pod says of itself under `/ops/degradation` and `/q/health`.
final class LevelView {
    private static final String OPERATOR = Tokens.operator();

    private final Pod pod;

    LevelView(Pod pod) {
        this.pod = pod;
    }

    String overall() {
        return report().getString("level");
    }

    String condition(String dependency) {
        return report().getString("dependencies.find { it.dependency == '%s' }.condition".formatted(dependency));
    }

    String level(String feature) {
        return report().getString("features.find { it.feature == '%s' }.level".formatted(feature));
    }

    /// Of what the service depends on; `messaging`, which is its own work, may have some left to do.
    boolean isAllNormal() {
        JsonPath report = report();
        return report.getString("level").equals("normal")
                && report.getList("features.level").stream().allMatch("normal"::equals)
                && report.getList("dependencies.findAll { it.dependency != 'messaging' }.condition").stream()
                        .allMatch("well"::equals);
    }

    /// How often a dependency's condition has changed so far.
    long changes(String dependency) {
        return given().header("Authorization", "Bearer " + OPERATOR)
                .get(pod.url() + "/ops/degradation/events")
                .jsonPath()
                .getList("findAll { it.subject == 'dependency' && it.name == '%s' }".formatted(dependency))
                .size();
    }

    void order(String feature, String level, int seconds) {
        given().header("Authorization", "Bearer " + OPERATOR)
                .contentType("application/json")
                .body(Map.of("feature", feature, "level", level, "reason", "a test", "ttlSeconds", seconds))
                .put(pod.url() + "/ops/degradation/override")
                .then()
                .statusCode(200);
    }

    void revert(String feature) {
        given().header("Authorization", "Bearer " + OPERATOR)
                .delete(pod.url() + "/ops/degradation/override?feature=" + feature)
                .then()
                .statusCode(204);
    }

    int health(String kind) {
        return given().get(pod.url() + "/q/health/" + kind).statusCode();
    }

    /// How long it took until it was so; at most so long.
    static Duration until(Duration longest, BooleanSupplier met) {
        long begin = System.nanoTime();
        while (!met.getAsBoolean()) {
            if (System.nanoTime() - begin > longest.toNanos()) {
                throw new AssertionError("not within " + longest);
            }
            LockSupport.parkNanos(Duration.ofMillis(25).toNanos());
        }
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    JsonPath report() {
        return given().header("Authorization", "Bearer " + OPERATOR)
                .get(pod.url() + "/ops/degradation")
                .jsonPath();
    }
}
