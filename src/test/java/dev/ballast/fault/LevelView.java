package dev.ballast.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.stack.Pod;
import dev.ballast.stack.Tokens;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a pod says of itself under `/ops/degradation` and `/q/health`. Looks often, and so with the cheapest means:
/// what is looked at shall not be the looking.
final class LevelView {
    private static final String OPERATOR = Tokens.operator();
    private static final Duration STEADY = Duration.ofSeconds(2);
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    private final HttpClient http = HttpClient.newHttpClient();
    private final Pod pod;

    LevelView(Pod pod) {
        this.pod = pod;
    }

    String overall() {
        return report().getString("level");
    }

    String condition(String dependency) {
        return named(report().getJsonArray("dependencies"), "dependency", dependency)
                .getString("condition");
    }

    String level(String feature) {
        return named(report().getJsonArray("features"), "feature", feature).getString("level");
    }

    /// Of what the service depends on; `messaging`, which is its own work, may have some left to do.
    boolean isAllNormal() {
        JsonObject report = report();
        return report.getString("level").equals("normal")
                && objects(report.getJsonArray("features"))
                        .allMatch(feature -> feature.getString("level").equals("normal"))
                && objects(report.getJsonArray("dependencies"))
                        .filter(dependency ->
                                !dependency.getString("dependency").equals("messaging"))
                        .allMatch(
                                dependency -> dependency.getString("condition").equals("well"));
    }

    /// Waits until all is normal and stays so for a while: a pod's first requests keep it busy with itself.
    void awaitNormal(Duration longest) {
        long[] since = {System.nanoTime()};
        until(longest, () -> {
            if (!isAllNormal()) {
                since[0] = System.nanoTime();
            }
            return System.nanoTime() - since[0] >= STEADY.toNanos();
        });
    }

    /// How often that has changed since a moment, by the wall clock, which has changed most: a dependency, a feature,
    /// or the service as a whole.
    long mostChanges(Instant since) {
        return events(since)
                .collect(Collectors.groupingBy(
                        event -> event.getString("subject") + " " + event.getString("name"), Collectors.counting()))
                .values()
                .stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
    }

    /// Changes since a moment that went up by more than one level.
    List<String> leaps(Instant since) {
        return events(since)
                .filter(event -> Set.of("gone well", "minimal normal")
                        .contains(event.getString("from") + " " + event.getString("to")))
                .map(JsonObject::encode)
                .toList();
    }

    /// How long after a moment, by the wall clock, a dependency was first found not to be well; empty where it was not.
    Optional<Duration> noticed(String dependency, Instant since) {
        return events(since)
                .filter(event -> event.getString("subject").equals("dependency")
                        && event.getString("name").equals(dependency))
                .map(LevelView::at)
                .min(Comparator.naturalOrder())
                .map(at -> Duration.between(since, at));
    }

    private Stream<JsonObject> events(Instant since) {
        return objects(new JsonArray(call(request("/ops/degradation/events")).body()))
                .filter(event -> !at(event).isBefore(since));
    }

    private static Instant at(JsonObject event) {
        return Instant.parse(event.getString("at"));
    }

    void order(String feature, String level, int seconds) {
        JsonObject order = new JsonObject()
                .put("feature", feature)
                .put("level", level)
                .put("reason", "a test")
                .put("ttlSeconds", seconds);
        HttpRequest.Builder put = request("/ops/degradation/override")
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(order.encode()));
        assertEquals(200, call(put).statusCode());
    }

    void revert(String feature) {
        assertEquals(
                204,
                call(request("/ops/degradation/override?feature=" + feature).DELETE())
                        .statusCode());
    }

    int health(String kind) {
        return call(request("/q/health/" + kind)).statusCode();
    }

    /// How long it took until it was so; at most so long.
    static Duration until(Duration longest, BooleanSupplier met) {
        long begin = System.nanoTime();
        while (!met.getAsBoolean()) {
            if (System.nanoTime() - begin > longest.toNanos()) {
                throw new AssertionError("not within " + longest);
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private JsonObject report() {
        return new JsonObject(call(request("/ops/degradation")).body());
    }

    private static JsonObject named(JsonArray among, String field, String name) {
        return objects(among)
                .filter(one -> one.getString(field).equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Stream<JsonObject> objects(JsonArray array) {
        return array.stream().map(JsonObject.class::cast);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(pod.url() + path)).header("Authorization", "Bearer " + OPERATOR);
    }

    private HttpResponse<String> call(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
