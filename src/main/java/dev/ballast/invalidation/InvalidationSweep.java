package dev.ballast.invalidation;

import dev.ballast.cache.Invalidation;
import dev.ballast.cache.TieredCaches;
import dev.ballast.database.Database;
import dev.ballast.database.Sql;
import dev.ballast.invalidation.SweepWatch.Turn;
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
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
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
    private final SweepWatch watch = new SweepWatch(InstantSource.system());
    private volatile long depth;

    // Where in the outbox this pod is, and how much of the present pass it had to leave. What cannot be delivered is
    // passed over, so that it keeps nothing behind it waiting; the next pass begins with it again.
    private volatile long after;
    private final AtomicInteger left = new AtomicInteger();

    @Inject
    InvalidationSweep(Database database, TieredCaches caches, InvalidationSettings settings, MeterRegistry registry) {
        this.database = database;
        this.caches = caches;
        this.settings = settings;
        Gauge.builder("ballast.invalidation.outbox.depth", this, sweep -> sweep.depth)
                .description("Invalidations that wait to be delivered, as of the last sweep, counted up to 10,000")
                .register(registry);
    }

    /// Delivers batch after batch until one is not full or none of it is taken. Failures are only logged: the next
    /// sweep is the retry.
    @Scheduled(every = "${ballast.invalidation.sweep-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> sweep() {
        Uni<Void> swept = Multi.createBy()
                .repeating()
                .uni(this::sweepBatch)
                .whilst(more -> more)
                .select()
                .first(settings.sweepRounds())
                .collect()
                .last()
                .replaceWithVoid();
        return logged(swept).chain(() -> logged(measure()));
    }

    private Uni<Void> logged(Uni<Void> step) {
        return step.onFailure().invoke(this::complain).onFailure().recoverWithNull();
    }

    private void complain(Throwable failure) {
        if (watch.maySpeakOfFailure()) {
            LOG.warnf("Waiting invalidations could not be swept; the next sweep tries again: %s", failure);
        }
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
                .execute(Tuple.of(graceSeconds, settings.sweepBatch(), after))
                .chain(rows -> deliver(transaction, rows.stream().toList())));
    }

    private Uni<Boolean> deliver(SqlConnection transaction, List<Row> waiting) {
        Map<String, Batch> byCache = new HashMap<>();
        waiting.forEach(row ->
                byCache.computeIfAbsent(row.getString("cache"), Batch::new).add(row));
        return Multi.createFrom()
                .iterable(byCache.values())
                .onItem()
                .transformToUniAndConcatenate(this::deliver)
                .collect()
                .in(ArrayList<Long>::new, List::addAll)
                .chain(told -> forgetNotes(transaction, told))
                .map(told -> goOn(waiting, told));
    }

    /// What goes wrong with one cache is no reason to leave the others.
    private Uni<List<Long>> deliver(Batch batch) {
        return Uni.createFrom()
                .deferred(() -> batch.deliver(caches))
                .onFailure()
                .invoke(this::complain)
                .onFailure()
                .recoverWithItem(List.of());
    }

    private boolean goOn(List<Row> waiting, int told) {
        int kept = waiting.size() - told;
        left.addAndGet(kept);
        if (watch.left(kept) == Turn.BEGAN) {
            LOG.warnf("%d invalidations could not be delivered; they wait and are tried again each sweep", kept);
        }
        if (waiting.size() == settings.sweepBatch()) {
            after = waiting.getLast().getLong("id");
            return told > 0;
        }
        if (watch.passed(left.getAndSet(0)) == Turn.CEASED) {
            // Those that another pod is at were not seen here.
            LOG.info("Invalidations are delivered again: this pod has left none waiting");
        }
        after = 0;
        return false;
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
        private final Map<String, List<Long>> ids = new HashMap<>();
        private final List<Long> idsOfAll = new ArrayList<>();

        Batch(String cache) {
            this.cache = cache;
        }

        void add(Row row) {
            String key = row.getString("key");
            List<Long> same = key == null ? idsOfAll : ids.computeIfAbsent(key, _ -> new ArrayList<>());
            same.add(row.getLong("id"));
        }

        /// The ids of what was acknowledged.
        Uni<List<Long>> deliver(TieredCaches caches) {
            return idsOfAll.isEmpty()
                    ? deliverKeys(caches)
                    : caches.clear(cache)
                            .chain(all -> all == Invalidation.ACKNOWLEDGED
                                    ? Uni.createFrom().item(idsOfAllAndEach())
                                    : deliverKeys(caches));
        }

        private Uni<List<Long>> deliverKeys(TieredCaches caches) {
            return caches.invalidate(cache, ids.keySet()).map(told -> told.stream()
                    .flatMap(key -> ids.getOrDefault(key, List.of()).stream())
                    .toList());
        }

        private List<Long> idsOfAllAndEach() {
            List<Long> each = new ArrayList<>(idsOfAll);
            ids.values().forEach(each::addAll);
            return each;
        }
    }
}
