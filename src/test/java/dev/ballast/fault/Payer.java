package dev.ballast.fault;

import dev.ballast.payments.PaymentCalls;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// A user with an account, and the orders that were sent for it, in their order. Since a user's orders are settled in
/// that order, it is known beforehand what must become of each of them: that is the oracle.
final class Payer {
    /// An order as it was sent.
    record Order(String id, long amount) {}

    /// What must become of an order, or what became of it.
    record End(String orderId, String status, String reason, Long balanceAfter) {}

    final long user;
    private final long start;
    private final List<Order> orders = new ArrayList<>();

    private Payer(long user, long start) {
        this.user = user;
        this.start = start;
    }

    /// Makes a user past the service.
    static Payer create(Connection sql, long balance) throws SQLException {
        try (PreparedStatement insert = sql.prepareStatement("""
                WITH made AS (
                    INSERT INTO users (name, email, plan) VALUES ('Pay Er', ?, 'free') RETURNING id
                )
                INSERT INTO accounts (user_id, currency, balance) SELECT id, 'EUR', ? FROM made RETURNING user_id
                """)) {
            insert.setString(1, UUID.randomUUID() + "@example.org");
            insert.setLong(2, balance);
            try (ResultSet row = insert.executeQuery()) {
                row.next();
                return new Payer(row.getLong(1), balance);
            }
        }
    }

    synchronized void sent(Order order) {
        orders.add(order);
    }

    synchronized List<Order> orders() {
        return List.copyOf(orders);
    }

    String event(Order order) {
        return PaymentCalls.event(order.id(), user, order.amount());
    }

    long start() {
        return start;
    }

    /// Settles the orders one after the other, as naively as can be.
    List<End> expected() {
        List<End> ends = new ArrayList<>();
        long balance = start;
        for (Order order : orders()) {
            if (order.amount() <= balance) {
                balance -= order.amount();
                ends.add(new End(order.id(), "COMPLETED", null, balance));
            } else {
                ends.add(new End(order.id(), "DECLINED", "insufficient-funds", null));
            }
        }
        return ends;
    }
}
