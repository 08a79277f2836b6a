package dev.ballast.deploy;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.Ports;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The machine's Prometheus with this project's configuration, but with a pod of the test's and every second.
final class Prometheus implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Process process;
    private final String url;

    private Prometheus(Process process, int port) {
        this.process = process;
        this.url = "http://127.0.0.1:" + port;
    }

    /// @param pod `host:port`
    /// @param directory for its configuration and data
    static Prometheus scraping(String pod, Path directory) throws IOException {
        String deployed = Files.readString(Rule.FILE.resolveSibling("prometheus.yml"));
        String tried = deployed.replace("ballast:8080", pod).replace(": 15s", ": 1s");
        assertTrue(tried.contains("[" + pod + "]") && !tried.contains("15s"), tried);
        Path file = Files.writeString(directory.resolve("prometheus.yml"), tried);
        Files.copy(Rule.FILE, directory.resolve("rules.yaml"));
        int port = Ports.anyFree();
        Process process = Tool.PROMETHEUS.start(
                "120s",
                "--config.file=" + file,
                "--enable-feature=exemplar-storage",
                "--storage.tsdb.path=" + directory.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port,
                "--log.level=warn");
        return new Prometheus(process, port);
    }

    /// Waits until every rule was evaluated on some scrapes; rates need two.
    void awaitEvaluation() {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> number("sum(count_over_time(up{job=\"ballast\"}[1m]))") >= 5
                        && rules().stream().noneMatch(rule -> "unknown".equals(rule.get("health"))));
    }

    /// Why, by name.
    Map<String, String> failedRules() {
        Map<String, String> failed = new TreeMap<>();
        rules().stream()
                .filter(rule -> !"ok".equals(rule.get("health")))
                .forEach(rule ->
                        failed.put((String) rule.get("name"), rule.get("health") + ": " + rule.get("lastError")));
        return failed;
    }

    /// How many series the expression has now.
    int results(String expression) {
        return query(expression).getList("data.result").size();
    }

    /// Traces that buckets of this series lead to.
    List<String> traces(String selector) {
        return RestAssured.given()
                .baseUri(url)
                .queryParam("query", selector)
                .queryParam("start", Instant.now().minus(Duration.ofMinutes(10)).toString())
                .queryParam("end", Instant.now().toString())
                .get("/api/v1/query_exemplars")
                .jsonPath()
                .getList("data.exemplars.flatten().labels.trace_id");
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }

    private double number(String expression) {
        return Double.parseDouble(query(expression).getString("data.result[0].value[1]"));
    }

    private JsonPath query(String expression) {
        Response answer =
                RestAssured.given().baseUri(url).formParam("query", expression).post("/api/v1/query");
        assertEquals(200, answer.statusCode(), () -> expression + "\n" + answer.asString());
        return answer.jsonPath();
    }

    private List<Map<String, Object>> rules() {
        return RestAssured.given().baseUri(url).get("/api/v1/rules").jsonPath().getList("data.groups.rules.flatten()");
    }
}
