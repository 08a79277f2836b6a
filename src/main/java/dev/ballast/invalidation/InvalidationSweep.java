package dev.ballast.invalidation;

import dev.ballast.cache.Invalidation;
import dev.ballast.cache.TieredCaches;
import dev.ballast.database.Database;
import dev.ballast.database.Sql;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;

/// Delivers the invalidations that nobody has delivered: those of pods that died in between, of statements typed by
/// hand, and of the time Redis was away. Every pod sweeps; a row is locked by one of them. Dying anywhere repeats an
/// invalidation, which costs a miss.
@ApplicationScoped
class InvalidationSweep {
    private static final Logger LOG = Logger.getLogger(InvalidationSweep.class);
    private static final String WAITING = Sql.read("invalidation", "waiting");
    private static final String DELIVERED = Sql.read("invalidation", "delivered");
    private static final String DEPTH = Sql.read("invalidation", "depth");

    private final Database database;
    private final TieredCaches caches;
    private final InvalidationSettings settings;
    private volatile long depth;

    @Inject
    InvalidationSweep(Database database, TieredCaches caches, InvalidationSettings settings, MeterRegistry registry) {
        this.database = database;
        this.caches = caches;
        this.settings = settings;
        Gauge.builder("ballast.invalidation.outbox.depth", this, sweep -> sweep.depth)
                .description("Invalidations that wait to be delivered, as of the last sweep, counted up to 10,000")
                .register(registry);
    }

    /// Delivers batch after batch until one is not full or not taken. Failures are only logged: the next sweep is the
    /// retry.
    @Scheduled(every = "${ballast.invalidation.sweep-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> sweep() {
        return Multi.createBy()
                .repeating()
                .uni(this::sweepBatch)
                .whilst(more -> more)
                .select()
                .first(settings.sweepRounds())
                .collect()
                .last()
                .chain(this::measure)
                .onFailure()
                .invoke(failure -> LOG.debug("sweep failed, the next one tries again", failure))
                .onFailure()
                .recoverWithNull();
    }

    private Uni<Void> measure() {
        return database.query(DEPTH, Tuple.tuple())
                .invoke(rows -> depth = rows.iterator().next().getLong("depth"))
                .replaceWithVoid();
    }

    /// Whether another batch is worth trying at once.
    private Uni<Boolean> sweepBatch() {
        double graceSeconds = settings.sweepGrace().toMillis() / 1000.0;
        return database.inTransaction(transaction -> transaction
                .preparedQuery(WAITING)
                .execute(Tuple.of(graceSeconds, settings.sweepBatch()))
                .chain(rows -> deliver(transaction, rows.stream().toList())));
    }

    private Uni<Boolean> deliver(SqlConnection transaction, List<Row> waiting) {
        Map<String, Batch> byCache = new HashMap<>();
        waiting.forEach(row ->
                byCache.computeIfAbsent(row.getString("cache"), Batch::new).add(row));
        return Multi.createFrom()
                .iterable(byCache.values())
                .onItem()
                .transformToUniAndConcatenate(batch -> batch.deliver(caches))
                .collect()
                .in(ArrayList<Long>::new, List::addAll)
                .chain(told -> forgetNotes(transaction, told))
                .map(told -> told == settings.sweepBatch());
    }

    private static Uni<Integer> forgetNotes(SqlConnection transaction, List<Long> told) {
        return told.isEmpty()
                ? Uni.createFrom().item(0)
                : transaction
                        .preparedQuery(DELIVERED)
                        .execute(Tuple.of(told.toArray(Long[]::new)))
                        .replaceWith(told.size());
    }

    /// What waits for one cache.
    private static final class Batch {
        private final String cache;
        private final List<Long> ids = new ArrayList<>();
        private final Set<String> keys = new HashSet<>();
        private boolean all;

        Batch(String cache) {
            this.cache = cache;
        }

        void add(Row row) {
            ids.add(row.getLong("id"));
            String key = row.getString("key");
            if (key == null) {
                all = true;
            } else {
                keys.add(key);
            }
        }

        /// The ids of what was acknowledged.
        Uni<List<Long>> deliver(TieredCaches caches) {
            return caches.invalidate(cache, all ? List.of() : keys)
                    .map(outcome -> outcome == Invalidation.ACKNOWLEDGED ? ids : List.of());
        }
    }
}
