package dev.ballast.payments;

import static dev.ballast.payments.PaymentCalls.balance;
import static dev.ballast.payments.PaymentCalls.deadLetters;
import static dev.ballast.payments.PaymentCalls.event;
import static dev.ballast.payments.PaymentCalls.orderId;
import static dev.ballast.payments.PaymentCalls.pay;
import static dev.ballast.payments.PaymentCalls.send;
import static dev.ballast.payments.PaymentCalls.service;
import static dev.ballast.payments.PaymentCalls.soon;
import static dev.ballast.payments.PaymentCalls.status;
import static dev.ballast.payments.PaymentCalls.user;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.Stack;
import dev.ballast.stack.StackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/// Records that other producers write into the topic.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class PaymentTopicIT {
    Stack stack;

    @Test
    void record_ofAnotherProducer_isSettled() {
        long user = user(100);
        String order = orderId();

        send(stack, key(user), List.of(event(order, user, 40).getBytes(UTF_8)));

        soon().until(() -> status(order), equalTo("COMPLETED"));
        assertEquals(60, balance(user));
    }

    @Test
    void record_sentAHundredTimes_debitsOnce() {
        long user = user(100);
        String order = orderId();
        String last = orderId();

        send(stack, key(user), Collections.nCopies(100, event(order, user, 40).getBytes(UTF_8)));
        send(stack, key(user), List.of(event(last, user, 1).getBytes(UTF_8)));

        soon().until(() -> status(last), equalTo("COMPLETED"));
        assertEquals(59, balance(user));
    }

    @Test
    void record_contradictingItsOrder_isADeadLetterAndLeavesTheOrder() {
        long user = user(100);
        String order = orderId();
        pay(order, user, 40).then().statusCode(202);
        soon().until(() -> status(order), equalTo("COMPLETED"));
        byte[] contradiction = event(order, user, 41).getBytes(UTF_8);

        send(stack, key(user), List.of(contradiction));

        assertTrue(reason(letter(contradiction)).startsWith("fingerprint-mismatch"));
        assertEquals(60, balance(user));
    }

    @Test
    void record_thatIsPoison_isADeadLetterOfTheSameBytesAndHoldsUpNobody() {
        long user = user(100);
        String order = orderId();
        byte[] key = {(byte) 0xff, 0, 7};
        byte[] value = {(byte) 0xc3, 0x28, 0, (byte) order.hashCode()};

        send(stack, key, List.of(value));
        send(stack, key(user), List.of(event(order, user, 1).getBytes(UTF_8)));

        ConsumerRecord<byte[], byte[]> letter = letter(value);
        assertArrayEquals(key, letter.key());
        assertTrue(reason(letter).startsWith("not-json"));
        assertEquals("payments", header(letter, "dead-letter-topic"));
        soon().until(() -> status(order), equalTo("COMPLETED"));
    }

    /// A broker takes a record by its compressed size; uncompressed it is far beyond the topic's limit.
    @Test
    void record_hugeOnceUnpacked_isADeadLetterAndHoldsUpNobody() {
        long user = user(100);
        String order = orderId();
        byte[] value = new byte[3 * 1024 * 1024];
        value[0] = (byte) order.hashCode();

        send(stack, key(user), List.of(value));
        send(stack, key(user), List.of(event(order, user, 1).getBytes(UTF_8)));

        soon().until(() -> status(order), equalTo("COMPLETED"));
        assertTrue(reason(letter(value)).startsWith("not-json"));
    }

    @Test
    void record_ofAnUnknownUser_isADeadLetterAndItsOrderSaysSo() {
        String order = orderId();
        byte[] value = event(order, 987_654_321, 1).getBytes(UTF_8);

        send(stack, key(987_654_321), List.of(value));

        assertTrue(reason(letter(value)).startsWith("unknown-user"));
        diedOf(order, "unknown-user");
    }

    @Test
    void record_beyondTheLimit_isADeadLetterAndItsOrderSaysSo() {
        long user = user(100);
        String order = orderId();

        send(stack, key(user), List.of(event(order, user, 100_000_001).getBytes(UTF_8)));

        diedOf(order, "amount-out-of-range");
        assertEquals(100, balance(user));
    }

    /// Nothing that could be settled under this id was ever said.
    @Test
    void record_ofAnUnknownCurrency_isADeadLetterWithoutAnOrder() {
        long user = user(100);
        String order = orderId();
        byte[] value = event(order, user, 1).replace("EUR", "QQQ").getBytes(UTF_8);

        send(stack, key(user), List.of(value));

        assertTrue(reason(letter(value)).startsWith("unknown-currency"));
        assertEquals("HTTP 404", status(order));
    }

    private static void diedOf(String order, String reason) {
        soon().until(() -> status(order), equalTo("DEAD_LETTERED"));
        service().get("/payments/{id}", order).then().body("reason", equalTo(reason));
    }

    private ConsumerRecord<byte[], byte[]> letter(byte[] value) {
        return soon().until(
                        () -> deadLetters(stack).stream()
                                .filter(letter -> Arrays.equals(value, letter.value()))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private static String reason(ConsumerRecord<byte[], byte[]> letter) {
        return header(letter, "dead-letter-reason");
    }

    private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
        return new String(letter.headers().lastHeader(name).value(), UTF_8);
    }

    private static byte[] key(long user) {
        return Long.toString(user).getBytes(UTF_8);
    }
}
