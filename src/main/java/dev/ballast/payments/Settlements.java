package dev.ballast.payments;

import dev.ballast.database.Database;
import dev.ballast.database.Halving;
import dev.ballast.database.Sql;
import dev.ballast.failpoint.FailPoint;
import dev.ballast.origin.Deadline;
import dev.ballast.origin.Loads;
import dev.ballast.tracing.Tracing;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Settles orders: the account's row is locked, so that the verdict on it stays true, and the order's row decides
/// whether it is the first one. Orders that wait at the same time share a transaction; one that is refused is found
/// out, so that it fails alone, and so is one whose account or order somebody else has locked, so that it waits
/// alone. A second attempt at an order finds it final.
@ApplicationScoped
class Settlements {
    private static final String BEFORE_COMMIT = "payment-before-commit";
    private static final String AFTER_COMMIT = "payment-after-commit";
    private static final String LOCK_ACCOUNTS = Sql.read("payments", "lock-accounts");
    private static final String KNOWN_ACCOUNTS = Sql.read("payments", "known-accounts");
    private static final String SETTLE = Sql.read("payments", "settle-orders");
    private static final String FIND = Sql.read("payments", "find-orders");

    /// Transactions at a time: enough that one commits while others work, few enough that each carries many orders.
    private static final int TRANSACTIONS = 4;

    /// For a place and for what shares a transaction with it: that PostgreSQL is slow is not the fault of a record,
    /// and must show before its attempt counts as failed.
    private static final Duration PATIENCE = Duration.ofSeconds(6);

    private final Database database;
    private final Halving<Payment, Settlement> transaction = new Halving<>(this::inTransaction, Settlements::refused);
    private final Loads<Payment, Settlement> transactions;

    @Inject
    Settlements(Database database, Tracing tracing) {
        this.database = database;
        this.transactions = new Loads<>(tracing, "settle", TRANSACTIONS, this::settleAll);
    }

    /// Completes once the outcome is committed. Answers arrive on any event loop. Fails with a
    /// [java.util.concurrent.TimeoutException] where the transactions before it take too long: whether it is
    /// settled is not known then.
    Uni<Settlement> settle(Payment payment) {
        return Deadline.within(PATIENCE, transactions.load(List.of(payment), () -> {}), TimeoutException::new)
                .map(settled -> Objects.requireNonNull(settled.get(payment), "each payment has its settlement"));
    }

    private static Settlement refused(Throwable failure) {
        return Database.isContended(failure) ? new Settlement.Contended() : new Settlement.Refused(failure);
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
        return database.inTransaction(transaction -> locked(transaction, payments)
                        .chain(accounts -> settle(transaction, payments, accounts))
                        .invoke(() -> FailPoint.reached(BEFORE_COMMIT)))
                .invoke(() -> FailPoint.reached(AFTER_COMMIT));
    }

    private static Uni<Map<Long, Account>> locked(SqlConnection transaction, List<Payment> payments) {
        return transaction.preparedQuery(LOCK_ACCOUNTS).execute(users(payments)).map(rows -> {
            Map<Long, Account> accounts = new HashMap<>();
            rows.forEach(row -> accounts.put(row.getLong("user_id"), Account.of(row)));
            return accounts;
        });
    }

    private static Tuple users(List<Payment> payments) {
        return Tuple.of(payments.stream().map(Payment::userId).toArray(Long[]::new));
    }

    private static Uni<Map<Payment, Settlement>> settle(
            SqlConnection transaction, List<Payment> payments, Map<Long, Account> accounts) {
        List<Payment> leftOut = new ArrayList<>();
        Batch batch = new Batch();
        for (Payment payment : payments) {
            Account account = accounts.get(payment.userId());
            if (account == null) {
                leftOut.add(payment);
            } else {
                batch.add(payment, account.judge(payment));
            }
        }
        return leftOut(transaction, leftOut).chain(settlements -> settle(transaction, batch, settlements));
    }

    /// An account that could not be locked is somebody else's for now, or there is none.
    private static Uni<Map<Payment, Settlement>> leftOut(SqlConnection transaction, List<Payment> payments) {
        if (payments.isEmpty()) {
            return Uni.createFrom().item(HashMap::new);
        }
        return transaction
                .preparedQuery(KNOWN_ACCOUNTS)
                .execute(users(payments))
                .map(rows -> {
                    Set<Long> known = new HashSet<>();
                    rows.forEach(row -> known.add(row.getLong("user_id")));
                    Map<Payment, Settlement> settlements = new HashMap<>();
                    payments.forEach(payment -> settlements.put(
                            payment,
                            known.contains(payment.userId())
                                    ? new Settlement.Contended()
                                    : new Settlement.UnknownUser()));
                    return settlements;
                });
    }

    private static Uni<Map<Payment, Settlement>> settle(
            SqlConnection transaction, Batch batch, Map<Payment, Settlement> settlements) {
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

        /// Somebody else has the account or the order locked: nothing was done.
        record Contended() implements Settlement {}

        /// PostgreSQL does not take what it says.
        record Refused(Throwable why) implements Settlement {}
    }
}
