package dev.ballast.payments;

import dev.ballast.database.Database;
import dev.ballast.database.Sql;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/// Settles orders: the account's row is locked, so that the verdict on it stays true, and the order's row
/// decides whether it is the first one. Everything is one transaction; a second attempt finds the order final.
@ApplicationScoped
class Settlements {
    private static final String LOCK_ACCOUNT = Sql.read("payments", "lock-account");
    private static final String SETTLE = Sql.read("payments", "settle-order");
    private static final String FIND = Sql.read("payments", "find-order");

    private final Database database;

    @Inject
    Settlements(Database database) {
        this.database = database;
    }

    /// Completes once the outcome is committed.
    Uni<Settlement> settle(Payment payment) {
        return database.inTransaction(
                transaction -> lock(transaction, payment.userId()).chain(rows -> {
                    if (rows.size() == 0) {
                        return Uni.createFrom().item(new Settlement.UnknownUser());
                    }
                    Account account = Account.of(rows.iterator().next());
                    return settle(transaction, payment, account.judge(payment));
                }));
    }

    static Uni<RowSet<Row>> lock(SqlConnection transaction, long userId) {
        return transaction.preparedQuery(LOCK_ACCOUNT).execute(Tuple.of(userId));
    }

    private static Uni<Settlement> settle(SqlConnection transaction, Payment payment, Account.Verdict verdict) {
        Tuple parameters =
                switch (verdict) {
                    case Account.Verdict.Completed completed ->
                        OrderRepository.parameters(payment, "COMPLETED", null, completed.balanceAfter());
                    case Account.Verdict.Declined declined ->
                        OrderRepository.parameters(payment, "DECLINED", declined.reason(), null);
                };
        return transaction
                .preparedQuery(SETTLE)
                .execute(parameters)
                .chain(rows -> rows.size() == 0 ? held(transaction, payment) : checked(rows));
    }

    private static Uni<Settlement> checked(RowSet<Row> rows) {
        Row row = rows.iterator().next();
        String status = row.getString("status");
        long debits = row.getLong("debits");
        if (debits != ("COMPLETED".equals(status) ? 1 : 0)) {
            // fails the transaction, so that nothing of it remains
            return Uni.createFrom().failure(new IllegalStateException(debits + " debits of an order " + status));
        }
        return Uni.createFrom().item(new Settlement.Settled(status));
    }

    private static Uni<Settlement> held(SqlConnection transaction, Payment payment) {
        return transaction
                .preparedQuery(FIND)
                .execute(Tuple.of(payment.orderId()))
                .map(OrderRepository::first)
                .map(found -> {
                    Order order = found.orElseThrow(() -> new IllegalStateException("the order row is gone"));
                    return order.payment().equals(payment)
                            ? new Settlement.Repeated(order.status())
                            : new Settlement.Contradicted();
                });
    }

    /// What became of a record of the topic.
    sealed interface Settlement {
        /// Committed just now; `status` is `COMPLETED` or `DECLINED`.
        record Settled(String status) implements Settlement {}

        /// The order was final already, with the same content: nothing was done.
        record Repeated(String status) implements Settlement {}

        /// The order is known with other content: nothing was done.
        record Contradicted() implements Settlement {}

        record UnknownUser() implements Settlement {}
    }
}
