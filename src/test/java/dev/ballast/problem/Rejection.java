package dev.ballast.problem;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.function.Consumer;
import java.util.function.Function;

/// A call that must be refused, and what the refusal must say. One row of the tables of bad input.
///
/// @param title what is wrong with the call
/// @param status the only status that will do
/// @param detail a part of the problem's `detail` that a client can act on
/// @param call makes it
public record Rejection(String title, int status, String detail, Function<RequestSpecification, Response> call) {
    /// A row whose call is a method on a path, with what `prepare` adds to it.
    public static Rejection of(
            String title,
            int status,
            String detail,
            String method,
            String path,
            Consumer<RequestSpecification> prepare) {
        return new Rejection(title, status, detail, request -> {
            prepare.accept(request);
            return request.urlEncodingEnabled(false).request(method, path);
        });
    }

    /// Makes the call and checks that it is refused as every call of the service is.
    public void check(RequestSpecification request) {
        Response response = call.apply(request);
        String body = response.asString();
        assertEquals(status, response.statusCode(), body);
        assertTrue(response.contentType().startsWith("application/problem+json"), response.contentType());
        JsonPath problem = response.jsonPath();
        assertAll(
                () -> assertEquals(status, problem.getInt("status")),
                () -> assertTrue(problem.getString("detail").contains(detail), body),
                () -> assertTrue(problem.getString("type").startsWith("urn:ballast:problem:"), body),
                () -> assertFalse(problem.getString("title").isBlank(), body),
                () -> assertEquals(response.header("X-Trace-Id"), problem.getString("traceId")),
                () -> assertTrue(response.header("traceresponse").contains(problem.getString("traceId"))),
                () -> assertFalse(
                        body.matches("(?s).*(Exception|\\bat [a-z]+\\.|io\\.vertx|dev\\.ballast|jackson).*"), body));
    }

    @Override
    public String toString() {
        return title + " → " + status;
    }
}
