package dev.ballast.objectives;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The HTTP histogram has the objectives' bounds, shows traces to look at, and stays small.
class ExemplarsIT {
    /// Of all requests of the class, as they meet the same pod.
    private static final Set<String> TRACES = new HashSet<>();

    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    /// A label's value may have braces of its own, as a route has.
    private static final Pattern BUCKET = Pattern.compile(
            "http_server_requests_seconds_bucket\\{(?<labels>.*?)\\} (?<count>[-+.\\dE]+)(?: # \\{(?<exemplar>[^}]*)\\} .*)?");
    private static final Pattern BOUND = Pattern.compile("le=\"([^\"]+)\"");
    private static final Pattern TRACE = Pattern.compile("trace_id=\"([0-9a-f]{32})\"");
    private static final Pattern ROUTE = Pattern.compile("uri=\"([^\"]+)\"");

    private final HttpClient http = HttpClient.newHttpClient();
    private static Pod pod;

    @BeforeAll
    static void startPod() {
        pod = Stack.shared().pod("exemplars").start();
    }

    @AfterAll
    static void endPod() {
        pod.close();
    }

    @Test
    void scrape_openMetrics_showsTracesOfRequests() throws Exception {
        for (int i = 0; i < 20; i++) {
            HttpResponse<String> answer = get("/users/1", "application/json");
            assertEquals(200, answer.statusCode(), answer.body());
        }
        HttpResponse<String> scrape = get("/q/metrics", OPEN_METRICS);
        assertTrue(
                scrape.headers().firstValue("Content-Type").orElse("").startsWith("application/openmetrics-text"),
                scrape.statusCode() + " " + scrape.headers().map());
        Set<String> shown = buckets(scrape).stream()
                .filter(bucket -> bucket.group("labels").contains("uri=\"/users/{id}\""))
                .filter(bucket -> bucket.group("exemplar") != null)
                .map(bucket -> first(TRACE, bucket.group("exemplar")))
                .collect(Collectors.toSet());
        assertFalse(shown.isEmpty(), "exemplars:\n" + scrape.body());
        assertTrue(TRACES.containsAll(shown), shown + " of " + TRACES);
    }

    /// Prometheus 2 asks as the first one does, Prometheus 3 as the second, a person's browser as the third.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1 | application/openmetrics-text
            application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2 | application/openmetrics-text
            text/html,application/xhtml+xml,*/*;q=0.8 | text/plain
            text/plain,application/openmetrics-text;q=0.5 | text/plain
            text/plain | text/plain
            """)
    void scrape_acceptingBoth_answersWithWhatIsPreferred(String accept, String type) throws Exception {
        HttpResponse<String> scrape = get("/q/metrics", accept);
        String given = scrape.headers().firstValue("Content-Type").orElse("");
        assertTrue(given.startsWith(type), given);
        assertEquals(
                0,
                scrape.body()
                        .lines()
                        .filter(line -> line.matches("\\w+_count\\{.*#.*"))
                        .count(),
                "as the format demands");
    }

    @Test
    void scrape_text_hasTheObjectivesBounds() throws Exception {
        get("/users/1", "application/json");
        List<String> bounds = buckets(get("/q/metrics", "text/plain")).stream()
                .map(bucket -> bucket.group("labels"))
                .filter(labels -> labels.contains("uri=\"/users/{id}\"") && labels.contains("status=\"200\""))
                .map(labels -> first(BOUND, labels))
                .toList();
        assertEquals(List.of("0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "+Inf"), bounds);
    }

    @Test
    void scrape_afterCallsOfManyPaths_hasBucketsByRouteAndNoneOfOperators() throws Exception {
        for (int i = 0; i < 200; i++) {
            get("/users/" + (1 + i) + (i % 2 == 0 ? "" : "/nothing"), "application/json");
            get("/nowhere-" + i, "application/json");
            get("/recommendations/nobody" + i, "application/json");
        }
        for (int i = 0; i < 20; i++) { // turned away before anything knows their route
            post("/users/" + i, "x".repeat(100_000));
        }
        get("/ops/cache", "application/json");
        get("/q/health/live", "application/json");
        List<Matcher> buckets = buckets(get("/q/metrics", "text/plain"));
        Set<String> routes = buckets.stream()
                .map(bucket -> first(ROUTE, bucket.group("labels")))
                .collect(Collectors.toSet());
        assertTrue(routes.contains("/users/{id}"), routes.toString());
        for (String route : routes) {
            assertFalse(route.startsWith("/ops"), route);
            assertFalse(route.matches(".*\\d.*"), "a path in place of its template: " + route);
        }
        assertTrue(buckets.size() <= 300, buckets.size() + " series of " + routes);
    }

    private static List<Matcher> buckets(HttpResponse<String> scrape) {
        return scrape.body()
                .lines()
                .map(BUCKET::matcher)
                .filter(Matcher::matches)
                .toList();
    }

    private static String first(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        assertTrue(found.find(), pattern + " in " + text);
        return found.group(1);
    }

    private void post(String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(pod.url() + path))
                        .header("Authorization", "Bearer " + Tokens.service())
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(413, answer.statusCode(), answer.body());
    }

    private HttpResponse<String> get(String path, String accept) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(pod.url() + path))
                        .header("Authorization", "Bearer " + Tokens.service())
                        .header("Accept", accept)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        answer.headers().firstValue("X-Trace-Id").ifPresent(TRACES::add);
        return answer;
    }
}
