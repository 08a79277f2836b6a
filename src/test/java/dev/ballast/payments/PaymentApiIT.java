package dev.ballast.payments;

import static dev.ballast.payments.PaymentCalls.as;
import static dev.ballast.payments.PaymentCalls.balance;
import static dev.ballast.payments.PaymentCalls.deposit;
import static dev.ballast.payments.PaymentCalls.orderId;
import static dev.ballast.payments.PaymentCalls.pay;
import static dev.ballast.payments.PaymentCalls.service;
import static dev.ballast.payments.PaymentCalls.soon;
import static dev.ballast.payments.PaymentCalls.status;
import static dev.ballast.payments.PaymentCalls.user;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.stack.StackResource;
import dev.ballast.stack.Tokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `/payments` and `/accounts` as their callers see them, against the packaged service and real servers.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class PaymentApiIT {
    @Test
    void pay_enoughBalance_isAcceptedAndCompleted() {
        long user = user(10_000);
        String order = orderId();

        as(Tokens.user(user))
                .header("Idempotency-Key", order)
                .body(Map.of("orderId", order, "amount", 2_500, "currency", "EUR"))
                .post("/payments")
                .then()
                .statusCode(202)
                .header("Location", "/payments/" + order)
                .body("orderId", equalTo(order))
                .body("acceptedAt", notNullValue());

        soon().until(() -> status(order), equalTo("COMPLETED"));
        as(Tokens.user(user))
                .get("/payments/{id}", order)
                .then()
                .body("userId", equalTo((int) user))
                .body("amount", equalTo(2_500))
                .body("currency", equalTo("EUR"))
                .body("reason", nullValue())
                .body("balanceAfter", equalTo(7_500))
                .body("settledAt", notNullValue());
        as(Tokens.user(user))
                .get("/accounts/{id}", user)
                .then()
                .body("balance", equalTo(7_500))
                .body("payments", hasSize(1))
                .body("payments[0].orderId", equalTo(order));
    }

    @Test
    void pay_tooLittleBalance_isDeclinedAndDebitsNothing() {
        long user = user(99);
        String order = orderId();

        pay(order, user, 100).then().statusCode(202);

        soon().until(() -> status(order), equalTo("DECLINED"));
        service().get("/payments/{id}", order).then().body("reason", equalTo("insufficient-funds"));
        assertEquals(99, balance(user));
    }

    @Test
    void pay_otherCurrency_isDeclined() {
        long user = user(100);
        String order = orderId();

        service()
                .body(Map.of("orderId", order, "userId", user, "amount", 1, "currency", "USD"))
                .post("/payments")
                .then()
                .statusCode(202);

        soon().until(() -> status(order), equalTo("DECLINED"));
        service().get("/payments/{id}", order).then().body("reason", equalTo("currency-mismatch"));
    }

    @Test
    void pay_closedAccount_isDeclined() {
        long user = user(100);
        service().delete("/users/{id}", user).then().statusCode(204);
        String order = orderId();

        pay(order, user, 1).then().statusCode(202);

        soon().until(() -> status(order), equalTo("DECLINED"));
        service().get("/payments/{id}", order).then().body("reason", equalTo("account-closed"));
        deposit(user, orderId(), 1).then().statusCode(409);
    }

    @Test
    void pay_sameOrderAgain_answersTheSameAndDebitsOnce() {
        long user = user(1_000);
        String order = orderId();
        String first = pay(order, user, 10).then().statusCode(202).extract().asString();
        soon().until(() -> status(order), equalTo("COMPLETED"));

        String second = pay(order, user, 10).then().statusCode(202).extract().asString();

        assertEquals(first, second);
        assertEquals(990, balance(user));
    }

    @Test
    void pay_sameOrderWithOtherContent_is422() {
        long user = user(1_000);
        String order = orderId();
        pay(order, user, 10).then().statusCode(202);

        pay(order, user, 11).then().statusCode(422).body("detail", containsString(order));
    }

    @Test
    void pay_everythingInvalid_namesEveryField() {
        service()
                .body(Map.of("orderId", "a b", "userId", 0, "amount", -1, "currency", "EEE"))
                .post("/payments")
                .then()
                .statusCode(400)
                .body("errors.field", hasItems("orderId", "userId", "amount", "currency"));
    }

    @Test
    void pay_idempotencyKeyOfAnotherOrder_is400() {
        service()
                .header("Idempotency-Key", "other")
                .body(Map.of("orderId", orderId(), "userId", 1, "amount", 1, "currency", "EUR"))
                .post("/payments")
                .then()
                .statusCode(400)
                .body("detail", containsString("Idempotency-Key"));
    }

    @Test
    void pay_serviceWithoutUser_is400() {
        service()
                .body(Map.of("orderId", orderId(), "amount", 1, "currency", "EUR"))
                .post("/payments")
                .then()
                .statusCode(400)
                .body("detail", containsString("userId"));
    }

    @Test
    void pay_unknownUser_is404() {
        pay(orderId(), 987_654_321, 1).then().statusCode(404);
    }

    @Test
    void pay_forAnotherUser_is403() {
        as(Tokens.user(1))
                .body(Map.of("orderId", orderId(), "userId", 2, "amount", 1, "currency", "EUR"))
                .post("/payments")
                .then()
                .statusCode(403);
    }

    @Test
    void read_orderOfAnotherUser_is403() {
        String order = orderId();
        pay(order, user(0), 1).then().statusCode(202);

        as(Tokens.user(1)).get("/payments/{id}", order).then().statusCode(403);
        as(Tokens.user(1)).get("/payments/{id}", orderId()).then().statusCode(404);
    }

    @Test
    void deposit_again_answersTheSameAndCreditsOnce() {
        long user = user(0);
        String deposit = orderId();
        String first =
                deposit(user, deposit, 70).then().statusCode(200).extract().asString();

        assertEquals(
                first,
                deposit(user, deposit, 70).then().statusCode(200).extract().asString());
        deposit(user, deposit, 71).then().statusCode(422);
        assertEquals(70, balance(user));
    }

    @Test
    void deposit_beyondTheLargestBalance_is400() {
        long user = user(1);

        deposit(user, orderId(), Long.MAX_VALUE).then().statusCode(400);
        deposit(user, orderId(), 9_007_199_254_740_991L).then().statusCode(400);
        assertEquals(1, balance(user));
    }

    @Test
    void deposit_byAUser_is403() {
        as(Tokens.user(1))
                .body(Map.of("depositId", orderId(), "amount", 1))
                .post("/accounts/1/deposits")
                .then()
                .statusCode(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "abc", "1.5", "99999999999999999999", "%20"})
    void account_ofNoUserId_is400(String id) {
        service().urlEncodingEnabled(false).get("/accounts/" + id).then().statusCode(400);
    }
}
