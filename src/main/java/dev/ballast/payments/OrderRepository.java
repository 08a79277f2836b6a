package dev.ballast.payments;

import dev.ballast.database.Database;
import dev.ballast.database.Retention;
import dev.ballast.database.Sql;
import dev.ballast.tracing.Tracing;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Orders in PostgreSQL, seen from the HTTP side.
@ApplicationScoped
class OrderRepository {
    private static final String ACCEPT = Sql.read("payments", "accept-order");
    private static final String FIND = Sql.read("payments", "find-orders");
    private static final String MARK_PUBLISHED = Sql.read("payments", "mark-published");

    private static final String FORGET = Sql.read("payments", "forget-orders");

    private final Database database;
    private final Retention retention;
    private final PaymentsConfig config;

    @Inject
    OrderRepository(Database database, Retention retention, PaymentsConfig config) {
        this.database = database;
        this.retention = retention;
        this.config = config;
    }

    /// Forgets orders that were settled long ago. Until then they absorb every repetition: the topic keeps a record for
    /// a week, its dead letters for 30 days, and a letter can be replayed for 60; rows outlive them all.
    @Scheduled(every = "${ballast.payments.retain-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> forgetOld() {
        return retention.delete("orders", FORGET, config.keepOrdersFor());
    }

    /// Commits the order as `PENDING`, once.
    Uni<Acceptance> accept(Payment payment) {
        return database.query(ACCEPT, traced(payment)).map(RowSet::iterator).chain(rows -> {
            Row row = rows.next();
            if (!row.getBoolean("known_user")) {
                return Uni.createFrom().item(new Acceptance.UnknownUser());
            }
            OffsetDateTime accepted = row.getOffsetDateTime("accepted_at");
            return accepted == null
                    ? find(payment.orderId()).map(held -> compare(payment, held))
                    : Uni.createFrom().item(fresh(payment, accepted, row.getBoolean("behind")));
        });
    }

    Uni<Optional<Order>> find(String orderId) {
        return database.query(FIND, Tuple.of(new String[] {orderId})).map(OrderRepository::first);
    }

    /// Takes an order out of the outbox.
    Uni<Void> markPublished(Order order) {
        return database.query(MARK_PUBLISHED, Tuple.of(new String[] {order.orderId()}))
                .replaceWithVoid();
    }

    private static Tuple traced(Payment payment) {
        Map<String, String> trace = Tracing.inject(new HashMap<>());
        return parameters(payment, trace.get("traceparent"), trace.get("tracestate"));
    }

    static Tuple parameters(Payment payment, @Nullable Object... more) {
        List<@Nullable Object> values = new ArrayList<>(Arrays.asList(
                payment.orderId(),
                payment.userId(),
                payment.amount(),
                payment.currency(),
                Buffer.buffer(payment.fingerprint())));
        values.addAll(Arrays.asList(more));
        return Tuple.tuple(values);
    }

    static Optional<Order> first(RowSet<Row> rows) {
        return rows.size() == 0
                ? Optional.empty()
                : Optional.of(Order.of(rows.iterator().next()));
    }

    private static Acceptance fresh(Payment payment, OffsetDateTime accepted, boolean behind) {
        return new Acceptance.Accepted(Order.pending(payment, accepted.toInstant()), behind);
    }

    private static Acceptance compare(Payment payment, Optional<Order> held) {
        Order order = held.orElseThrow(
                () -> new IllegalStateException("order " + payment.orderId() + " vanished between two statements"));
        return order.payment().equals(payment) ? new Acceptance.Repeated(order) : new Acceptance.Contradicted();
    }

    /// What became of a request to accept an order.
    sealed interface Acceptance {
        /// Committed just now. `behind`: an older order of the user still waits to be published.
        record Accepted(Order order, boolean behind) implements Acceptance {}

        /// Known already, with the same content.
        record Repeated(Order order) implements Acceptance {}

        /// Known already, with other content.
        record Contradicted() implements Acceptance {}

        record UnknownUser() implements Acceptance {}
    }
}
