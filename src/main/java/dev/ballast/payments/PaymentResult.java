package dev.ballast.payments;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// The outcome of a settled order as it is published, and kept in Redis for duplicates: the same bytes for the same
/// row, whoever reads it and whenever.
final class PaymentResult {
    /// The topic of the outcomes; its key is the user id in decimal digits.
    static final String TOPIC = "payment-results";

    private PaymentResult() {}

    static byte[] of(Order order) {
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        result.put("orderId", order.orderId());
        result.put("userId", order.userId());
        result.put("amount", order.amount());
        result.put("currency", order.currency());
        result.put("status", order.status());
        result.put("reason", order.reason());
        result.put("balanceAfter", order.balanceAfter());
        result.put("settledAt", String.valueOf(order.settledAt()));
        return result.toString().getBytes(UTF_8);
    }
}
