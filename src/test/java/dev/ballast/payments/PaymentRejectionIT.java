package dev.ballast.payments;

import static io.restassured.RestAssured.given;

import dev.ballast.problem.Rejection;
import dev.ballast.stack.StackResource;
import dev.ballast.stack.Tokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Bad input to `/payments` and `/accounts`: each is refused by a problem document that says what was wrong.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class PaymentRejectionIT {
    private static final String USER_RULE = "whole number of at most 18 digits";
    private static final String ID_RULE = "must be 1 to 64 characters of A-Z a-z 0-9 . _ -";

    @ParameterizedTest(name = "{0}")
    @MethodSource({"orders", "reads", "deposits", "callers"})
    void call_badInput_isRefusedWithAReason(Rejection row) {
        row.check(given());
    }

    static Stream<Rejection> orders() {
        return Stream.of(
                pay("no body", "must be a JSON object", ""),
                pay("an array", "the body must be a JSON object", "[]"),
                pay("no fields", "amount", "{}"),
                pay(
                        "an unknown field",
                        "status is not known here",
                        order("r-1", 1, "100", "EUR").replace("{", "{\"status\":\"COMPLETED\",")),
                pay("an order id with a slash", ID_RULE, order("a/b", 1, "100", "EUR")),
                pay("an order id of dots", ID_RULE, order("..", 1, "100", "EUR")),
                pay("an order id of 65 characters", ID_RULE, order("x".repeat(65), 1, "100", "EUR")),
                pay("a line break in an order id", ID_RULE, order("a\\r\\nX: y", 1, "100", "EUR")),
                pay("an empty order id", ID_RULE, order("", 1, "100", "EUR")),
                pay("nothing to pay", "amount", order("r-2", 1, "0", "EUR")),
                pay("a negative amount", "amount", order("r-2", 1, "-100", "EUR")),
                pay("half a cent", "amount must be a whole number", order("r-2", 1, "1.5", "EUR")),
                pay("an amount as text", "amount must be a whole number", order("r-2", 1, "\"100\"", "EUR")),
                pay("an amount beyond the limit", "amount", order("r-2", 1, "100000000000", "EUR")),
                pay(
                        "an amount beyond all numbers",
                        "amount must be a whole number",
                        order("r-2", 1, "99999999999999999999", "EUR")),
                pay("an unknown currency", "currency code of ISO 4217", order("r-2", 1, "100", "XXY")),
                pay("a currency in small letters", "currency code of ISO 4217", order("r-2", 1, "100", "eur")),
                pay(
                        "a service naming no user",
                        "userId must be given",
                        "{\"orderId\":\"r-2\",\"amount\":1,\"currency\":\"EUR\"}"),
                pay("a negative user id", USER_RULE, order("r-2", -1, "100", "EUR")),
                send(
                        "an unknown user",
                        404,
                        "",
                        "POST",
                        "/payments",
                        order("r-2", 987_654_321, "100", "EUR"),
                        Tokens.service()),
                send(
                        "70 KB",
                        413,
                        "larger than the 65536 allowed",
                        "POST",
                        "/payments",
                        order("x".repeat(70_000), 1, "100", "EUR"),
                        Tokens.service()));
    }

    static Stream<Rejection> reads() {
        String service = Tokens.service();
        return Stream.of(
                send("an order never seen", 404, "", "GET", "/payments/never-seen", "", service),
                send("an order id with a blank", 400, ID_RULE, "GET", "/payments/a%20b", "", service),
                send("SQL as an order id", 400, ID_RULE, "GET", "/payments/x'%20OR%20'1'='1", "", service),
                send("an account nobody has", 404, "", "GET", "/accounts/987654321", "", service),
                send("an account by name", 400, USER_RULE, "GET", "/accounts/ada", "", service),
                send("an account by a negative id", 400, USER_RULE, "GET", "/accounts/-1", "", service),
                send("an account by a huge id", 400, USER_RULE, "GET", "/accounts/99999999999999999999", "", service),
                send("DELETE of a payment", 405, "Allow header", "DELETE", "/payments/x", "", service));
    }

    static Stream<Rejection> deposits() {
        String path = "/accounts/1/deposits";
        String service = Tokens.service();
        return Stream.of(
                send(
                        "a deposit of nothing",
                        400,
                        "amount",
                        "POST",
                        path,
                        "{\"depositId\":\"d-1\",\"amount\":0}",
                        service),
                send(
                        "a negative deposit",
                        400,
                        "amount",
                        "POST",
                        path,
                        "{\"depositId\":\"d-1\",\"amount\":-5}",
                        service),
                send("a deposit without id", 400, "depositId", "POST", path, "{\"amount\":5}", service),
                send(
                        "a deposit to nobody",
                        404,
                        "",
                        "POST",
                        "/accounts/987654321/deposits",
                        "{\"depositId\":\"d-1\",\"amount\":5}",
                        service),
                send(
                        "a user's own deposit",
                        403,
                        "roles of this token",
                        "POST",
                        path,
                        "{\"depositId\":\"d-1\",\"amount\":5}",
                        Tokens.user(1)));
    }

    static Stream<Rejection> callers() {
        return Stream.of(
                send(
                        "a payment for another",
                        403,
                        "its own user only",
                        "POST",
                        "/payments",
                        order("r-3", 2, "100", "EUR"),
                        Tokens.user(1)),
                send("another's account", 403, "its own user only", "GET", "/accounts/2", "", Tokens.user(1)),
                Rejection.of(
                        "a payment without a token",
                        401,
                        "needs a bearer token",
                        "POST",
                        "/payments",
                        request -> request.contentType("application/json").body(order("r-3", 1, "100", "EUR"))),
                Rejection.of(
                        "an account without a token", 401, "needs a bearer token", "GET", "/accounts/1", request -> {}),
                Rejection.of(
                        "another Idempotency-Key",
                        400,
                        "Idempotency-Key must equal orderId",
                        "POST",
                        "/payments",
                        request -> request.header("Authorization", "Bearer " + Tokens.service())
                                .header("Idempotency-Key", "something-else")
                                .contentType("application/json")
                                .body(order("r-3", 1, "100", "EUR"))));
    }

    private static Rejection pay(String title, String detail, String body) {
        return send(title, 400, detail, "POST", "/payments", body, Tokens.service());
    }

    private static Rejection send(
            String title, int status, String detail, String method, String path, String body, String token) {
        return Rejection.of(title, status, detail, method, path, request -> {
            request.header("Authorization", "Bearer " + token).contentType("application/json");
            if (!body.isEmpty()) {
                request.body(body);
            }
        });
    }

    private static String order(String id, long user, String amount, String currency) {
        return "{\"orderId\":\"%s\",\"userId\":%d,\"amount\":%s,\"currency\":\"%s\"}"
                .formatted(id, user, amount, currency);
    }
}
