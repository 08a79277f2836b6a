package dev.ballast.users;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.problem.Rejection;
import dev.ballast.stack.StackResource;
import dev.ballast.stack.Tokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.RestAssured;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.regex.Matcher;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Bad input to `/users`: each is refused by a problem document that says what was wrong, and by nothing else.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class UserRejectionIT {
    private static final String GOOD =
            "{\"name\":\"Ada\",\"email\":\"ada@example.org\",\"plan\":\"pro\",\"currency\":\"EUR\"}";

    @ParameterizedTest(name = "{0}")
    @MethodSource({"ids", "bulkReads", "bodies", "tokens", "http"})
    void call_badInput_isRefusedWithAReason(Rejection row) {
        row.check(given());
    }

    @ParameterizedTest
    @ValueSource(ints = {70_000, 200_000, 900_000})
    void post_oversizeBodyOfUnannouncedLength_isRefused(int length) throws IOException, InterruptedException {
        byte[] body = with("name", "\"" + "a".repeat(length) + "\"").getBytes(StandardCharsets.UTF_8);
        HttpRequest chunked = HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + "/users"))
                .header("Authorization", "Bearer " + Tokens.service())
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                .build();
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            HttpResponse<String> response = client.send(chunked, BodyHandlers.ofString());
            assertEquals(413, response.statusCode());
            assertTrue(response.body().contains("longer or nested deeper than allowed"), response.body());
        }
    }

    static Stream<Rejection> ids() {
        String detail = "a user id is a positive whole number of up to 18 digits";
        return Stream.of(
                        "abc",
                        "0",
                        "-1",
                        "1.5",
                        "1e3",
                        "+1",
                        "01",
                        "99999999999999999999",
                        "9".repeat(3000),
                        "%00",
                        "1%20OR%201=1",
                        "1'--",
                        "1%0d%0aSet-Cookie:x=1",
                        "%E2%80%8B1",
                        "%F0%9F%98%80")
                .map(id -> get("id " + (id.length() > 40 ? "of 3000 digits" : id), 400, detail, "/users/" + id));
    }

    static Stream<Rejection> bulkReads() {
        return Stream.of(
                get("no ids", 400, "?ids=1,2,3", "/users"),
                get("empty ids", 400, "?ids=1,2,3", "/users?ids="),
                get("a gap in the ids", 400, "not ''", "/users?ids=1,,2"),
                get("a word among the ids", 400, "not 'x'", "/users?ids=1,x"),
                get("a negative id", 400, "not '-2'", "/users?ids=1,-2"),
                get("501 ids", 400, "501 ids were asked for, at most 500 are allowed", "/users?ids=" + upTo(501)),
                get(
                        "10,000 long ids",
                        400,
                        "10000 ids were asked for",
                        "/users?ids=" + String.join(",", Collections.nCopies(10_000, "9".repeat(18)))),
                get(
                        "10,000 ids",
                        400,
                        "10000 ids were asked for, at most 500 are allowed",
                        "/users?ids=" + upTo(10_000)));
    }

    static Stream<Rejection> bodies() {
        return Stream.of(
                post("malformed JSON", "not well-formed JSON at line 1", "{\"name\":"),
                post("no JSON at all", "not well-formed JSON", "name=Ada"),
                post("an empty body", "must be a JSON object", ""),
                post("null", "must be a JSON object", "null"),
                post("an array", "the body must be a JSON object", "[]"),
                post("a string", "the body must be a JSON object", "\"Ada\""),
                post("a number", "the body must be a JSON object", "42"),
                post("5,000 open brackets", "the body", "[".repeat(5000)),
                post("two documents", "goes on after its JSON object", GOOD + GOOD),
                post("a field twice", "a field twice", GOOD.replace("{", "{\"name\":\"Eve\",")),
                post(
                        "an unknown field",
                        "admin is not known here; known are currency, email, name, plan",
                        GOOD.replace("{", "{\"admin\":true,")),
                post("an id of the client's choice", "id is not known here", GOOD.replace("{", "{\"id\":1,")),
                post("no fields", "name must not be blank", "{}"),
                post(
                        "every field at once",
                        "currency must be a currency code of ISO 4217, such as EUR; email must not be blank; name must not be blank; plan must be one of free, pro, enterprise",
                        "{}"),
                post("a number as name", "name must be a string", with("name", "1")),
                post("a list as name", "name must be a string", with("name", "[\"Ada\"]")),
                post("an object as email", "email must be a string", with("email", "{}")),
                post("true as name", "name must be a string", with("name", "true")),
                post("a blank name", "name must not be blank", with("name", "\"  \"")),
                post("null as name", "name must not be blank", with("name", "null")),
                post("a name of 201 characters", "at most 200 characters", with("name", "\"" + "a".repeat(201) + "\"")),
                post("a NUL in a name", "must not hold control characters", with("name", "\"a\\u0000b\"")),
                post("a line break in a name", "must not hold control characters", with("name", "\"a\\r\\nX: y\"")),
                post("text turned around", "must not hold control characters", with("name", "\"a\\u202eb\"")),
                post("half a surrogate pair", "half a surrogate pair", with("name", "\"a\\ud800b\"")),
                post("no e-mail address", "email must be an e-mail address", with("email", "\"ada\"")),
                post("a line break in an email", "email must", with("email", "\"a@example.org\\nBcc: b@example.org\"")),
                post(
                        "an email of 300 characters",
                        "at most 254 characters",
                        with("email", "\"" + "a".repeat(290) + "@example.org\"")),
                post("an unknown plan", "plan must be one of free, pro, enterprise", with("plan", "\"gold\"")),
                post("a plan by number", "plan must be one of free, pro, enterprise", with("plan", "1")),
                post("an empty plan", "plan must be one of free, pro, enterprise", with("plan", "\"\"")),
                post("an unknown currency", "currency code of ISO 4217", with("currency", "\"EURO\"")),
                post("a currency in small letters", "currency code of ISO 4217", with("currency", "\"eur\"")),
                send(
                        "an unknown field in a change",
                        400,
                        "balance is not known here",
                        "PUT",
                        "/users/1",
                        "{\"name\":\"A\",\"email\":\"a@example.org\",\"plan\":\"pro\",\"balance\":1}"),
                send(
                        "a change without fields",
                        400,
                        "email must not be blank; name must not be blank; plan must be",
                        "PUT",
                        "/users/1",
                        "{}"),
                send(
                        "a change of nobody",
                        404,
                        "there is no user 987654323",
                        "PUT",
                        "/users/987654323",
                        "{\"name\":\"A\",\"email\":\"a@example.org\",\"plan\":\"pro\"}"),
                send("the deletion of nobody", 404, "there is no user 987654323", "DELETE", "/users/987654323", ""),
                send(
                        "invalid UTF-8",
                        400,
                        "",
                        "POST",
                        "/users",
                        "{\"name\":\"\u00ff\"}",
                        "application/json; charset=ISO-8859-1"),
                send(
                        "70 KB",
                        413,
                        "larger than the 65536 allowed",
                        "POST",
                        "/users",
                        with("name", "\"" + "a".repeat(70_000) + "\"")));
    }

    static Stream<Rejection> tokens() {
        String invalid = "expired, malformed, or not signed, issued or meant for this service";
        return Stream.of(
                call("no token", 401, "needs a bearer token", null),
                call("an empty token", 401, "bearer token", "Bearer "),
                call("basic credentials", 401, "needs a bearer token", "Basic YTpi"),
                call("garbage", 401, invalid, "Bearer garbage"),
                call("9,000 characters", 401, invalid, "Bearer " + "a".repeat(9000)),
                call(
                        "an expired token",
                        401,
                        invalid,
                        "Bearer "
                                + Tokens.as("service")
                                        .subject("s")
                                        .expiresIn(Duration.ofMinutes(-5))
                                        .sign()),
                call(
                        "a foreign audience",
                        401,
                        invalid,
                        "Bearer "
                                + Tokens.as("service")
                                        .subject("s")
                                        .audience("another")
                                        .sign()),
                call(
                        "a foreign issuer",
                        401,
                        invalid,
                        "Bearer "
                                + Tokens.as("service")
                                        .subject("s")
                                        .issuer("https://evil.example")
                                        .sign()),
                call(
                        "a forged signature",
                        401,
                        invalid,
                        "Bearer "
                                + Tokens.as("service")
                                        .subject("s")
                                        .signedWith(strangersKey())
                                        .sign()),
                call("a changed payload", 401, invalid, "Bearer " + tampered()),
                call("no signature", 401, invalid, "Bearer " + unsigned()),
                call("a token of another user", 403, "its own user only", "Bearer " + Tokens.user(2)),
                call(
                        "a user whose sub is no id",
                        403,
                        "its own user only",
                        "Bearer " + Tokens.as("user").subject("ada").sign()),
                call(
                        "another's id as upn",
                        403,
                        "its own user only",
                        "Bearer "
                                + Tokens.as("user")
                                        .subject("999")
                                        .claim("upn", "1")
                                        .sign()),
                call(
                        "another's id as user name",
                        403,
                        "its own user only",
                        "Bearer "
                                + Tokens.as("user")
                                        .subject("999")
                                        .claim("preferred_username", "1")
                                        .sign()),
                call(
                        "an unknown role",
                        403,
                        "roles of this token",
                        "Bearer " + Tokens.as("guest").subject("1").sign()),
                call(
                        "no role",
                        403,
                        "roles of this token",
                        "Bearer " + Tokens.as().subject("1").sign()),
                as(Tokens.user(1), "others in a bulk read", "its own user only", "GET", "/users?ids=1,2", ""),
                as(Tokens.operator(), "an operator creating users", "roles of this token", "POST", "/users", GOOD),
                as(Tokens.user(1), "a user creating users", "roles of this token", "POST", "/users", GOOD),
                as(
                        Tokens.user(1),
                        "the change of another",
                        "its own user only",
                        "PUT",
                        "/users/2",
                        "{\"name\":\"A\",\"email\":\"a@example.org\",\"plan\":\"pro\"}"),
                as(Tokens.user(1), "the deletion of another", "its own user only", "DELETE", "/users/2", ""));
    }

    static Stream<Rejection> http() {
        return Stream.of(
                get("an unknown path", 404, "there is nothing at /nothing/here", "/nothing/here"),
                get("a path too long", 404, "there is nothing at /users/1/2", "/users/1/2"),
                send("PATCH", 405, "Allow header", "PATCH", "/users/1", "{}"),
                send("DELETE of all", 405, "Allow header", "DELETE", "/users", ""),
                send("text", 415, "application/json", "POST", "/users", GOOD, "text/plain"),
                send(
                        "a form",
                        415,
                        "application/json",
                        "POST",
                        "/users",
                        "name=Ada",
                        "application/x-www-form-urlencoded"),
                send("XML", 415, "application/json", "POST", "/users", "<user/>", "application/xml"),
                Rejection.of(
                        "an answer in HTML", 406, "application/json can", "GET", "/users/1", request -> request.header(
                                        "Authorization", "Bearer " + Tokens.service())
                                .header("Accept", "text/html")),
                Rejection.of(
                        "an unreadable Accept header",
                        406,
                        "application/json can",
                        "GET",
                        "/users/1",
                        request -> request.header("Authorization", "Bearer " + Tokens.service())
                                .header("Accept", ";;;")),
                Rejection.of(
                        "an If-Match of garbage", 412, "read it again", "DELETE", "/users/1", request -> request.header(
                                        "Authorization", "Bearer " + Tokens.service())
                                .header("If-Match", "'; DROP TABLE users;--")));
    }

    private static Rejection get(String title, int status, String detail, String path) {
        return send(title, status, detail, "GET", path, "");
    }

    private static Rejection post(String title, String detail, String body) {
        return send(title, 400, detail, "POST", "/users", body);
    }

    private static Rejection send(String title, int status, String detail, String method, String path, String body) {
        return send(title, status, detail, method, path, body, "application/json");
    }

    private static Rejection send(
            String title, int status, String detail, String method, String path, String body, String type) {
        return Rejection.of(title, status, detail, method, path, request -> {
            request.header("Authorization", "Bearer " + Tokens.service()).contentType(type);
            if (!body.isEmpty()) {
                request.body(body);
            }
        });
    }

    private static Rejection call(String title, int status, String detail, String authorization) {
        return Rejection.of(title, status, detail, "GET", "/users/1", request -> {
            if (authorization != null) {
                request.header("Authorization", authorization);
            }
        });
    }

    private static Rejection as(String token, String title, String detail, String method, String path, String body) {
        return Rejection.of(title, 403, detail, method, path, request -> {
            request.header("Authorization", "Bearer " + token).contentType("application/json");
            if (!body.isEmpty()) {
                request.body(body);
            }
        });
    }

    private static String with(String field, String value) {
        return GOOD.replaceFirst(
                "\"" + field + "\":\"[^\"]*\"", Matcher.quoteReplacement("\"" + field + "\":" + value));
    }

    private static String upTo(int last) {
        return String.join(
                ",", IntStream.rangeClosed(1, last).mapToObj(Integer::toString).toList());
    }

    private static PrivateKey strangersKey() {
        try {
            return KeyPairGenerator.getInstance("RSA").generateKeyPair().getPrivate();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String tampered() {
        String[] parts = Tokens.user(2).split("\\.");
        String[] other = Tokens.user(1).split("\\.");
        return parts[0] + "." + other[1] + "." + parts[2];
    }

    private static String unsigned() {
        String[] parts = Tokens.service().split("\\.");
        String header = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("{\"alg\":\"none\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.US_ASCII));
        return header + "." + parts[1] + ".";
    }
}
