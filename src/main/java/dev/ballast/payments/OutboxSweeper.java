package dev.ballast.payments;

import dev.ballast.database.Database;
import dev.ballast.database.Sql;
import dev.ballast.tracing.Tracing;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.context.Context;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/// Publishes the orders that their requests could not publish. One pod sweeps at a time. A user's orders
/// follow one another, each after the acknowledgment of the one before, and stop at the first failure; users
/// go side by side. Dying anywhere repeats events, which settling absorbs.
@ApplicationScoped
class OutboxSweeper {
    private static final Logger LOG = Logger.getLogger(OutboxSweeper.class);
    private static final String CLAIM = Sql.read("payments", "claim-outbox");
    private static final String BATCH = Sql.read("payments", "outbox-batch");
    private static final String REOPEN = Sql.read("payments", "reopen-outbox");
    private static final String MARK_PUBLISHED = Sql.read("payments", "mark-published");

    /// Any number no other lock of the database has: "ballast" on a telephone's keys.
    private static final long LOCK = 2255278L;

    /// Users published side by side; the producer puts them into common requests.
    private static final int USERS_AT_ONCE = 64;

    private final Database database;
    private final Outbox outbox;
    private final PaymentsConfig config;
    private final Tracing tracing;
    private final Counter republished;
    private final LeftOut leftOut = new LeftOut();
    private volatile Depth depth = new Depth(0, 0);

    @Inject
    OutboxSweeper(Database database, Outbox outbox, PaymentsConfig config, MeterRegistry registry, Tracing tracing) {
        this.tracing = tracing;
        this.database = database;
        this.outbox = outbox;
        this.config = config;
        this.republished = Counter.builder("ballast.payments.republished")
                .description("Orders that were published once more, as nothing had come of their record")
                .register(registry);
        Gauge.builder("ballast.payments.outbox.depth", () -> depth.orders())
                .description("orders that wait to be published; 10,000 stands for more")
                .register(registry);
        Gauge.builder("ballast.payments.outbox.age", () -> depth.oldestSeconds())
                .description("how long the oldest of them has waited")
                .baseUnit("seconds")
                .register(registry);
    }

    private record Depth(long orders, double oldestSeconds) {}

    /// An order, and the trace in which it was accepted.
    private record Waiting(Order order, Context trace) {
        static Waiting of(Row row) {
            Map<String, String> headers = new HashMap<>();
            for (String name : List.of("traceparent", "tracestate")) {
                String value = row.getString(name);
                if (value != null) {
                    headers.put(name, value);
                }
            }
            return new Waiting(Order.of(row), Tracing.extract(headers));
        }

        long userId() {
            return order.userId();
        }
    }

    /// Publishes batch after batch until one is not full or nothing of it was published. Failures are only
    /// logged: the next sweep is the retry.
    @Scheduled(every = "${ballast.payments.sweep-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> sweep() {
        return Multi.createBy()
                .repeating()
                .uni(this::sweepBatch)
                .whilst(more -> more)
                .select()
                .first(config.sweepRounds())
                .collect()
                .last()
                .replaceWithVoid()
                .onFailure()
                .invoke(failure -> LOG.debug("sweep failed, the next one tries again", failure))
                .onFailure()
                .recoverWithNull();
    }

    /// Takes up orders whose record is gone: the topic lost it, or kept it for too short a time. In a transaction, so
    /// that none is taken up uncounted where the answer is late.
    @Scheduled(every = "${ballast.payments.republish-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> reopen() {
        double after = config.republishAfter().toMillis() / 1000.0;
        return database.inTransaction(
                        transaction -> transaction.preparedQuery(REOPEN).execute(Tuple.of(after, config.sweepBatch())))
                .invoke(reopened -> {
                    if (reopened.rowCount() > 0) {
                        republished.increment(reopened.rowCount());
                        LOG.warnf(
                                "%d orders were published and not settled within %s; they are published once more",
                                reopened.rowCount(), config.republishAfter());
                    }
                })
                .onFailure()
                .invoke(failure -> LOG.debug("orders are not looked through, the next time is the retry", failure))
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
    }

    /// Whether another batch is worth trying at once.
    private Uni<Boolean> sweepBatch() {
        return database.inTransaction(transaction -> transaction
                .preparedQuery(CLAIM)
                .execute(Tuple.of(LOCK))
                .chain(rows -> {
                    Row claim = rows.iterator().next();
                    depth = new Depth(claim.getLong("depth"), claim.getDouble("oldest_seconds"));
                    return claim.getBoolean("mine") && depth.orders() > 0
                            ? publishBatch(transaction)
                            : Uni.createFrom().item(false);
                }));
    }

    private Uni<Boolean> publishBatch(SqlConnection transaction) {
        double graceSeconds = config.sweepGrace().toMillis() / 1000.0;
        Set<Long> unfinished = ConcurrentHashMap.newKeySet();
        return transaction
                .preparedQuery(BATCH)
                .execute(Tuple.of(graceSeconds, config.sweepBatch(), leftOut.users()))
                .map(rows -> rows.stream().map(Waiting::of).toList())
                .chain(waiting -> publish(waiting, unfinished)
                        .chain(published -> mark(transaction, published))
                        .map(marked -> {
                            boolean full = waiting.size() == config.sweepBatch();
                            leftOut.note(full, unfinished);
                            return full && marked > 0;
                        }));
    }

    /// The ids of those the brokers took.
    ///
    /// @param unfinished has then the users that were begun with and have orders left
    private Uni<List<String>> publish(List<Waiting> waiting, Set<Long> unfinished) {
        return Multi.createFrom()
                .iterable(byUser(waiting))
                .onItem()
                .transformToMulti(orders -> publishInOrder(orders, unfinished))
                .merge(USERS_AT_ONCE)
                // the batch's transaction is bounded; what it does not reach is the next batch's
                .select()
                .first(config.sweepBudget())
                .collect()
                .asList();
    }

    private Multi<String> publishInOrder(List<Waiting> ofOneUser, Set<Long> unfinished) {
        long user = ofOneUser.getFirst().userId();
        return Multi.createFrom()
                .iterable(ofOneUser)
                .onSubscription()
                .invoke(() -> unfinished.add(user))
                .onItem()
                .transformToUniAndConcatenate(waiting -> tracing.in(
                                waiting.trace(), () -> outbox.publish(waiting.order(), config.sweepWait()))
                        .replaceWith(waiting.order().orderId()))
                .onCompletion()
                .invoke(() -> unfinished.remove(user))
                .onFailure()
                .invoke(failure -> LOG.debug("order stays in the outbox", failure))
                .onFailure()
                .recoverWithCompletion();
    }

    private static Uni<Integer> mark(SqlConnection transaction, List<String> published) {
        return published.isEmpty()
                ? Uni.createFrom().item(0)
                : transaction
                        .preparedQuery(MARK_PUBLISHED)
                        .execute(Tuple.of(published.toArray(String[]::new)))
                        .replaceWith(published.size());
    }

    private static Collection<List<Waiting>> byUser(List<Waiting> waiting) {
        Map<Long, List<Waiting>> byUser = new LinkedHashMap<>();
        waiting.forEach(one ->
                byUser.computeIfAbsent(one.userId(), user -> new ArrayList<>()).add(one));
        return byUser.values();
    }

    /// Users whose orders could not be published. Later batches do without them, or the oldest orders of a
    /// partition that has no leader would be every batch, and nobody else's would ever go. They have their turn
    /// again once the others have had theirs.
    static final class LeftOut {
        /// More are not worth remembering: the statement takes them all.
        private static final int LIMIT = 10_000;

        private final Set<Long> users = ConcurrentHashMap.newKeySet();

        Long[] users() {
            return users.toArray(Long[]::new);
        }

        /// @param full whether the batch was, so that there may be more to come
        /// @param unfinished users it could not finish with
        void note(boolean full, Set<Long> unfinished) {
            if (full && users.size() < LIMIT) {
                users.addAll(unfinished);
            } else {
                users.clear();
            }
        }
    }
}
