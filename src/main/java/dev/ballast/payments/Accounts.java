package dev.ballast.payments;

import dev.ballast.database.Database;
import dev.ballast.database.Sql;
import dev.ballast.degradation.Degradation;
import dev.ballast.degradation.Feature;
import dev.ballast.degradation.Level;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// Shows accounts and credits them.
@ApplicationScoped
class Accounts {
    private static final String VIEW = Sql.read("payments", "view-account");
    private static final String LOCK = Sql.read("payments", "lock-account");
    private static final String FIND_DEPOSIT = Sql.read("payments", "find-deposit");
    private static final String CREDIT = Sql.read("payments", "credit-deposit");

    private final Database database;
    private final PaymentsConfig config;
    private final Feature feature;

    @Inject
    Accounts(Database database, PaymentsConfig config, Degradation degradation) {
        this.database = database;
        this.config = config;
        this.feature = degradation.feature(Payments.FEATURE);
    }

    Uni<AccountView> view(long userId) {
        return database.query(VIEW, Tuple.of(userId, AccountView.LATEST)).map(rows -> {
            List<Row> found = rows.stream().toList();
            if (found.isEmpty()) {
                throw PaymentRejected.unknownUser(userId);
            }
            Row first = found.getFirst();
            return new AccountView(
                    first.getLong("account_user_id"),
                    first.getString("account_currency"),
                    first.getLong("account_balance"),
                    found.stream()
                            .filter(row -> row.getString("order_id") != null)
                            .map(Order::of)
                            .toList());
        });
    }

    /// Credits the account once per deposit id; a repetition gets the first answer.
    Uni<Deposit> deposit(long userId, String depositId, long amount) {
        if (feature.ordered() == Level.MINIMAL) {
            return Uni.createFrom().failure(PaymentRejected::notNow);
        }
        return database.inTransaction(
                transaction -> lock(transaction, userId).chain(accounts -> find(transaction, depositId)
                        .chain(noted -> noted.size() > 0
                                ? repeated(userId, depositId, amount, noted)
                                : credit(transaction, accounts, userId, depositId, amount))));
    }

    private Uni<Deposit> credit(
            SqlConnection transaction, RowSet<Row> accounts, long userId, String depositId, long amount) {
        if (accounts.size() == 0) {
            return Uni.createFrom().failure(PaymentRejected.unknownUser(userId));
        }
        Account account = Account.of(accounts.iterator().next());
        if (!account.open()) {
            return Uni.createFrom().failure(PaymentRejected.closed(userId));
        }
        if (amount > config.maxBalance() - account.balance()) {
            return Uni.createFrom()
                    .failure(PaymentRejected.invalid(
                            "amount: the balance would exceed the allowed " + config.maxBalance()));
        }
        long balance = account.balance() + amount;
        return transaction
                .preparedQuery(CREDIT)
                .execute(Tuple.of(depositId, userId, amount, balance))
                .chain(rows -> rows.size() > 0
                        ? Uni.createFrom().item(Deposit.of(rows.iterator().next()))
                        // taken meanwhile by a deposit to another account: that of this one would have waited
                        : Uni.createFrom().failure(PaymentRejected.contradictsDeposit(depositId)));
    }

    private static Uni<Deposit> repeated(long userId, String depositId, long amount, RowSet<Row> noted) {
        Deposit first = Deposit.of(noted.iterator().next());
        return first.userId() == userId && first.amount() == amount
                ? Uni.createFrom().item(first)
                : Uni.createFrom().failure(PaymentRejected.contradictsDeposit(depositId));
    }

    private static Uni<RowSet<Row>> lock(SqlConnection transaction, long userId) {
        return transaction.preparedQuery(LOCK).execute(Tuple.of(userId));
    }

    private static Uni<RowSet<Row>> find(SqlConnection transaction, String depositId) {
        return transaction.preparedQuery(FIND_DEPOSIT).execute(Tuple.of(depositId));
    }

    /// An account as clients see it.
    record AccountView(
            @Schema(examples = "42") long userId,
            @Schema(examples = "EUR") String currency,

            @Schema(examples = "98001", description = "in minor units")
            long balance,

            @Schema(description = "the latest orders, newest first, at most " + LATEST)
            List<Order> payments) {
        /// Enough for a page; the rest is found by order id.
        static final int LATEST = 20;
    }

    /// The answer to a deposit; the same one however often it is sent.
    record Deposit(
            @Schema(examples = "deposit-1") String depositId,
            @Schema(examples = "42") long userId,
            @Schema(examples = "100000") long amount,

            @Schema(examples = "198001", description = "right after this deposit")
            long balance,

            @Schema(examples = "2026-01-31T12:00:00.123456Z")
            Instant creditedAt) {
        static Deposit of(Row row) {
            return new Deposit(
                    row.getString("deposit_id"),
                    row.getLong("user_id"),
                    row.getLong("amount"),
                    row.getLong("balance_after"),
                    row.getOffsetDateTime("credited_at").toInstant());
        }
    }
}
