package dev.ballast.payments;

import dev.ballast.database.Database;
import dev.ballast.database.Halving;
import dev.ballast.database.Sql;
import dev.ballast.failpoint.FailPoint;
import dev.ballast.origin.Loads;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Settles orders: the account's row is locked, so that the verdict on it stays true, and the order's row decides
/// whether it is the first one. Orders that wait at the same time share a transaction; where one of them is refused,
/// each has one of its own, so that it fails alone. A second attempt at an order finds it final.
@ApplicationScoped
class Settlements {
    private static final String BEFORE_COMMIT = "payment-before-commit";
    private static final String AFTER_COMMIT = "payment-after-commit";
    private static final String LOCK_ACCOUNTS = Sql.read("payments", "lock-accounts");
    private static final String SETTLE = Sql.read("payments", "settle-orders");
    private static final String FIND = Sql.read("payments", "find-orders");

    /// Transactions at a time: enough that one commits while others work, few enough that each carries many orders.
    private static final int TRANSACTIONS = 4;

    private final Database database;
    private final Halving<Payment, Settlement> transaction =
            new Halving<>(this::inTransaction, Settlement.Refused::new);
    private final Loads<Payment, Settlement> transactions = new Loads<>(TRANSACTIONS, this::settleAll);

    @Inject
    Settlements(Database database) {
        this.database = database;
    }

    /// Completes once the outcome is committed. Answers arrive on any event loop.
    Uni<Settlement> settle(Payment payment) {
        return transactions
                .load(List.of(payment), () -> {})
                .map(settled -> Objects.requireNonNull(settled.get(payment), "each payment has its settlement"));
    }

    static Uni<RowSet<Row>> lock(SqlConnection transaction, Collection<Long> users) {
        return transaction.preparedQuery(LOCK_ACCOUNTS).execute(Tuple.of(users.toArray(Long[]::new)));
    }

    private Uni<Map<Payment, Settlement>> settleAll(Collection<Payment> payments) {
        List<Payment> together = new ArrayList<>();
        List<Payment> alone = new ArrayList<>();
        Set<Object> taken = new HashSet<>();
        for (Payment payment : payments) {
            // a statement settles neither an order nor an account twice
            if (taken.contains(payment.orderId()) || taken.contains(payment.userId())) {
                alone.add(payment);
            } else {
                taken.add(payment.orderId());
                taken.add(payment.userId());
                together.add(payment);
            }
        }
        return transaction
                .all(together)
                .chain(settled -> alone.isEmpty()
                        ? Uni.createFrom().item(settled)
                        : oneByOne(alone).map(more -> merged(settled, more)));
    }

    private Uni<Map<Payment, Settlement>> oneByOne(List<Payment> payments) {
        return Multi.createFrom()
                .iterable(payments)
                .onItem()
                .transformToUniAndConcatenate(payment -> transaction.all(List.of(payment)))
                .collect()
                .in(HashMap::new, Map::putAll);
    }

    private Uni<Map<Payment, Settlement>> inTransaction(List<Payment> payments) {
        return database.inTransaction(transaction -> lock(
                                transaction,
                                payments.stream().map(Payment::userId).toList())
                        .chain(accounts -> settle(transaction, payments, accounts))
                        .invoke(() -> FailPoint.reached(BEFORE_COMMIT)))
                .invoke(() -> FailPoint.reached(AFTER_COMMIT));
    }

    private static Uni<Map<Payment, Settlement>> settle(
            SqlConnection transaction, List<Payment> payments, RowSet<Row> locked) {
        Map<Long, Account> accounts = new HashMap<>();
        locked.forEach(row -> accounts.put(row.getLong("user_id"), Account.of(row)));
        Map<Payment, Settlement> settlements = new HashMap<>();
        Batch batch = new Batch();
        for (Payment payment : payments) {
            Account account = accounts.get(payment.userId());
            if (account == null) {
                settlements.put(payment, new Settlement.UnknownUser());
            } else {
                batch.add(payment, account.judge(payment));
            }
        }
        if (batch.payments.isEmpty()) {
            return Uni.createFrom().item(settlements);
        }
        return transaction
                .preparedQuery(SETTLE)
                .execute(batch.parameters())
                .invoke(rows ->
                        rows.forEach(row -> settlements.put(Order.of(row).payment(), settled(row))))
                .chain(() -> held(transaction, batch.payments, settlements));
    }

    private static Settlement settled(Row row) {
        Order order = Order.of(row);
        if (row.getBoolean("debited") != "COMPLETED".equals(order.status())) {
            // fails the transaction, so that nothing of it remains
            throw new IllegalStateException(
                    "order " + order.orderId() + " is " + order.status() + ", debited: " + row.getBoolean("debited"));
        }
        return new Settlement.Settled(order);
    }

    /// Those that were not settled now were final before, or are known with another content.
    private static Uni<Map<Payment, Settlement>> held(
            SqlConnection transaction, List<Payment> payments, Map<Payment, Settlement> settlements) {
        List<Payment> rest = payments.stream()
                .filter(payment -> !settlements.containsKey(payment))
                .toList();
        if (rest.isEmpty()) {
            return Uni.createFrom().item(settlements);
        }
        return transaction
                .preparedQuery(FIND)
                .execute(Tuple.of(rest.stream().map(Payment::orderId).toArray(String[]::new)))
                .map(rows -> {
                    Map<String, Order> found = new HashMap<>();
                    rows.forEach(row -> found.put(row.getString("order_id"), Order.of(row)));
                    rest.forEach(payment -> settlements.put(payment, held(payment, found.get(payment.orderId()))));
                    return settlements;
                });
    }

    private static Settlement held(Payment payment, @Nullable Order order) {
        if (order == null) {
            throw new IllegalStateException("the order row is gone");
        }
        return order.payment().equals(payment) ? new Settlement.Repeated(order) : new Settlement.Contradicted();
    }

    private static Map<Payment, Settlement> merged(Map<Payment, Settlement> some, Map<Payment, Settlement> others) {
        Map<Payment, Settlement> all = new HashMap<>(some);
        all.putAll(others);
        return all;
    }

    /// The columns of the statement.
    private static final class Batch {
        private final List<Payment> payments = new ArrayList<>();
        private final List<String> statuses = new ArrayList<>();
        private final List<@Nullable String> reasons = new ArrayList<>();
        private final List<@Nullable Long> balances = new ArrayList<>();

        void add(Payment payment, Account.Verdict verdict) {
            payments.add(payment);
            switch (verdict) {
                case Account.Verdict.Completed completed -> {
                    statuses.add("COMPLETED");
                    reasons.add(null);
                    balances.add(completed.balanceAfter());
                }
                case Account.Verdict.Declined declined -> {
                    statuses.add("DECLINED");
                    reasons.add(declined.reason());
                    balances.add(null);
                }
            }
        }

        Tuple parameters() {
            return Tuple.from(List.of(
                    payments.stream().map(Payment::orderId).toArray(String[]::new),
                    payments.stream().map(Payment::userId).toArray(Long[]::new),
                    payments.stream().map(Payment::amount).toArray(Long[]::new),
                    payments.stream().map(Payment::currency).toArray(String[]::new),
                    payments.stream()
                            .map(payment -> Buffer.buffer(payment.fingerprint()))
                            .toArray(Buffer[]::new),
                    statuses.toArray(String[]::new),
                    reasons.toArray(new @Nullable String[0]),
                    balances.toArray(new @Nullable Long[0])));
        }
    }

    /// What became of a record of the topic.
    sealed interface Settlement {
        /// Committed just now.
        record Settled(Order order) implements Settlement {}

        /// The order was final already, with the same content: nothing was done.
        record Repeated(Order order) implements Settlement {}

        /// The order is known with other content: nothing was done.
        record Contradicted() implements Settlement {}

        record UnknownUser() implements Settlement {}

        /// PostgreSQL does not take what it says.
        record Refused(Throwable why) implements Settlement {}
    }
}
