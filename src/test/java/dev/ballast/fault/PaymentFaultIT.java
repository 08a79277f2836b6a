package dev.ballast.fault;

import static dev.ballast.payments.PaymentCalls.balance;
import static dev.ballast.payments.PaymentCalls.event;
import static dev.ballast.payments.PaymentCalls.orderId;
import static dev.ballast.payments.PaymentCalls.pay;
import static dev.ballast.payments.PaymentCalls.send;
import static dev.ballast.payments.PaymentCalls.soon;
import static dev.ballast.payments.PaymentCalls.status;
import static dev.ballast.payments.PaymentCalls.user;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.load.Metrics;
import dev.ballast.payments.PaymentCalls;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Server;
import dev.ballast.stack.Stack;
import dev.ballast.stack.StackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// No payment is lost or applied twice, whichever server dies.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class PaymentFaultIT {
    private static final int RECORDS = 1_000;

    Stack stack;

    @AfterEach
    void heal() {
        stack.heal();
    }

    @Test
    void postgresKilledWhileRecordsAreSettled_everyRecordIsSettledOnce() throws SQLException {
        long user = user(RECORDS);
        List<String> orders =
                Stream.generate(PaymentCalls::orderId).limit(RECORDS).toList();
        int dead = PaymentCalls.deadLetters(stack).size();

        // stopped until all have been sent, so that nearly all still wait when it is killed
        stack.pause(Server.POSTGRES);
        send(
                stack,
                Long.toString(user).getBytes(UTF_8),
                orders.stream()
                        .map(order -> event(order, user, 1).getBytes(UTF_8))
                        .toList());
        stack.resume(Server.POSTGRES);
        stack.kill(Server.POSTGRES);
        assertEquals(503, pay(orderId(), user, 1).statusCode());
        given().get("/q/health/ready").then().statusCode(200);
        stack.start(Server.POSTGRES);

        soon().until(() -> status(orders.getLast()), equalTo("COMPLETED"));
        assertEquals(RECORDS, completed(user));
        assertEquals(0, balance(user));
        assertEquals(dead, PaymentCalls.deadLetters(stack).size());
    }

    @Test
    void kafkaKilled_paymentsAreAcceptedAndSettledAfterItsReturn() {
        long user = user(100);
        List<String> orders = new ArrayList<>();

        stack.kill(Server.KAFKA);
        for (int i = 0; i < 10; i++) {
            String order = orderId();
            var answer = pay(order, user, 1);
            assertEquals(202, answer.statusCode());
            assertTrue(answer.time() < 2_000, "answered after " + answer.time() + " ms");
            orders.add(order);
        }
        given().get("/q/health/ready").then().statusCode(200);
        assertEquals("PENDING", status(orders.getFirst()));
        stack.start(Server.KAFKA);

        orders.forEach(order -> soon().until(() -> status(order), equalTo("COMPLETED")));
        assertEquals(90, balance(user));
    }

    /// Whose record a broker lost that had acknowledged it: here there never was one, as one that is read again would
    /// settle the order too.
    @Test
    void orderIsPublishedAndItsRecordGone_isPublishedOnceMoreAndSettled() throws Exception {
        long user = user(100);
        String order = orderId();
        try (Pod finder = stack.pod("finder")
                .property("ballast.payments.republish-every", "1S")
                .start()) {
            accept(order, user, Duration.ofHours(2));
            soon().until(() -> status(order), equalTo("COMPLETED"));
            assertEquals(99, balance(user));
            // it may be settled before the pod that found it hears of it
            soon().until(() -> Metrics.of(finder.url()).sum("ballast_payments_republished_total"), equalTo(1.0));
        }
    }

    /// As if it had been accepted and published that long ago. Once the pod is there that is to find it: another one,
    /// on its start, would count it instead.
    private void accept(String order, long user, Duration ago) throws SQLException {
        try (Connection sql = stack.sql();
                PreparedStatement accepted = sql.prepareStatement("""
                        INSERT INTO orders
                            (order_id, user_id, amount, currency, fingerprint, accepted_at, published_at)
                        SELECT o, u, 1, 'EUR', sha256(convert_to(concat_ws(chr(10), o, u, 1, 'EUR'), 'UTF8')),
                            now() - a, now() - a
                        FROM (SELECT ?::text AS o, ?::bigint AS u, make_interval(secs => ?) AS a) AS given""")) {
            accepted.setString(1, order);
            accepted.setLong(2, user);
            accepted.setLong(3, ago.toSeconds());
            accepted.execute();
        }
    }

    private int completed(long user) throws SQLException {
        try (Connection connection = stack.sql();
                PreparedStatement count = connection.prepareStatement(
                        "SELECT count(*) FROM orders WHERE user_id = ? AND status = 'COMPLETED'")) {
            count.setLong(1, user);
            try (ResultSet row = count.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }
}
