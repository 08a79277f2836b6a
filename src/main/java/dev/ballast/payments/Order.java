package dev.ballast.payments;

import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// A row of `orders`, the truth about an order, in the form clients see it.
@Schema(description = "An order and what became of it")
record Order(
        @Schema(examples = "order-4711") String orderId,
        @Schema(examples = "42") long userId,

        @Schema(examples = "1999", description = "in minor units")
        long amount,

        @Schema(examples = "EUR") String currency,

        @Schema(
                examples = "COMPLETED",
                enumeration = {"PENDING", "COMPLETED", "DECLINED", "DEAD_LETTERED"})
        String status,

        @Schema(
                description = "why it was declined (insufficient-funds, account-closed, currency-mismatch),"
                        + " or its record is a dead letter",
                nullable = true,
                examples = "insufficient-funds")
        @Nullable
        String reason,

        @Schema(examples = "98001", nullable = true, description = "once it is completed") @Nullable
        Long balanceAfter,

        @Schema(examples = "2026-01-31T12:00:00.123456Z") Instant acceptedAt,

        @Schema(examples = "2026-01-31T12:00:00.234567Z", nullable = true) @Nullable
        Instant settledAt) {
    static Order of(Row row) {
        OffsetDateTime settled = row.getOffsetDateTime("settled_at");
        return new Order(
                row.getString("order_id"),
                row.getLong("user_id"),
                row.getLong("amount"),
                row.getString("currency"),
                row.getString("status"),
                row.getString("reason"),
                row.getLong("balance_after"),
                row.getOffsetDateTime("accepted_at").toInstant(),
                settled == null ? null : settled.toInstant());
    }

    static Order pending(Payment payment, Instant acceptedAt) {
        return new Order(
                payment.orderId(),
                payment.userId(),
                payment.amount(),
                payment.currency(),
                "PENDING",
                null,
                null,
                acceptedAt,
                null);
    }

    /// What was asked for; as a method of another name than a getter it stays out of the JSON.
    Payment payment() {
        return new Payment(orderId, userId, amount, currency);
    }
}
