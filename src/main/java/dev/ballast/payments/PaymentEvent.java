package dev.ballast.payments;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;

/// Writes an order as the value of its record in the topic `payments`.
final class PaymentEvent {
    /// The topic; its key is the user id in decimal digits.
    static final String TOPIC = "payments";

    private PaymentEvent() {}

    static String key(Order order) {
        return Long.toString(order.userId());
    }

    /// The same bytes for the same order whenever it is published, so that repetitions can be recognised.
    static byte[] value(Order order) {
        Payment payment = order.payment();
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        event.put("eventId", UUID.nameUUIDFromBytes(payment.fingerprint()).toString());
        event.put("orderId", payment.orderId());
        event.put("userId", payment.userId());
        event.put("amount", payment.amount());
        event.put("currency", payment.currency());
        event.put("occurredAt", order.acceptedAt().toString());
        return event.toString().getBytes(UTF_8);
    }
}
