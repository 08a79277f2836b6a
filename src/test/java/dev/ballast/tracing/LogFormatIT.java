package dev.ballast.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// What a request logs names its trace: in production as JSON, one object a line; in the local profile as text.
class LogFormatIT {
    private static final Stack STACK = Stack.shared();
    private static final String ISSUER = "https://issuer.example";
    private static final String ROLE = "log_format_test";

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void log_inProduction_isJsonWithTheTraceOfTheResponse() throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("RSA").generateKeyPair();
        String password = UUID.randomUUID().toString();
        sql("CREATE ROLE %s SUPERUSER LOGIN PASSWORD '%s'".formatted(ROLE, password));
        try (Pod pod = production(keys, password).start()) {
            String token = Tokens.as("operator")
                    .subject("log-format")
                    .issuer(ISSUER)
                    .signedWith(keys.getPrivate())
                    .sign();
            HttpResponse<String> answer = order(pod, token);
            JsonNode line = new ObjectMapper().readTree(lineOf(pod));
            assertEquals(traceId(answer), line.at("/mdc/traceId").asText(), line.toString());
            assertEquals(spanId(answer), line.at("/mdc/spanId").asText(), line.toString());
            assertEquals("INFO", line.path("level").asText());
            assertTrue(line.path("timestamp").asText().matches("\\d{4}-\\d\\d-\\d\\dT.*"), line.toString());
            assertTrue(line.path("loggerName").asText().startsWith("dev.ballast."), line.toString());
        } finally {
            sql("DROP ROLE " + ROLE);
        }
    }

    @Test
    void log_inTheLocalProfile_isTextWithTheTraceOfTheResponse() throws Exception {
        try (Pod pod = STACK.pod("log-text").start()) {
            HttpResponse<String> answer = order(pod, Tokens.operator());
            String line = lineOf(pod);
            assertTrue(
                    line.matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} INFO  \\[\\S+] " + traceId(answer) + " feature .*"),
                    line);
        }
    }

    /// Everything that production demands, so that nothing here is the local profile's.
    private static Pod production(KeyPair keys, String password) throws IOException {
        Path key = Files.createTempFile("verify", ".pem");
        key.toFile().deleteOnExit();
        Files.writeString(
                key,
                "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
                        .formatted(Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(keys.getPublic().getEncoded())));
        return STACK.pod("log-json")
                .environment("POSTGRES_USER", ROLE)
                .environment("POSTGRES_PASSWORD", password)
                .property("quarkus.profile", "prod")
                .property("mp.jwt.verify.issuer", ISSUER)
                .property("mp.jwt.verify.audiences", "ballast")
                .property("mp.jwt.verify.publickey.location", key.toUri().toString());
    }

    /// A request that is logged: an order for a level.
    private HttpResponse<String> order(Pod pod, String token) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(pod.url() + "/ops/degradation/override"))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .PUT(
                                BodyPublishers.ofString(
                                        "{\"feature\":\"recommendations\",\"level\":\"minimal\",\"reason\":\"log format\",\"ttlSeconds\":60}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer.body());
        return answer;
    }

    private static String lineOf(Pod pod) {
        Path log = Path.of(pod.status().log());
        return Awaitility.await("the line of the order in " + log)
                .atMost(Duration.ofSeconds(5))
                .until(
                        () -> Files.readAllLines(log).stream()
                                .filter(line -> line.contains("feature recommendations: normal -> minimal"))
                                .toList(),
                        lines -> !lines.isEmpty())
                .getFirst();
    }

    private static void sql(String statement) throws Exception {
        try (Connection connection = STACK.sql();
                Statement sql = connection.createStatement()) {
            sql.execute(statement);
        }
    }

    private static String traceId(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Trace-Id").orElseThrow();
    }

    private static String spanId(HttpResponse<String> answer) {
        return List.of(answer.headers()
                        .firstValue("traceresponse")
                        .orElseThrow()
                        .split("-"))
                .get(2);
    }
}
