package dev.ballast.database;

import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import org.jboss.logging.Logger;

/// Deletes old rows in chunks, so that no statement holds locks for long, on one pod at a time for each kind: the
/// others would only read the same rows. `ballast.retention.runs` and `ballast.retention.rows` count what is done.
@ApplicationScoped
public class Retention {
    private static final Logger LOG = Logger.getLogger(Retention.class);

    /// Rows a statement deletes: some milliseconds of work.
    private static final int CHUNK = 1_000;

    /// Statements of one run: a million rows, the rest is left to the next run.
    private static final int CHUNKS = 1_000;

    private static final String TRY = Sql.read("database", "try-retention");

    private final Database database;
    private final MeterRegistry registry;

    @Inject
    Retention(Database database, MeterRegistry registry) {
        this.database = database;
        this.registry = registry;
    }

    /// Deletes chunk after chunk until one is not full. Never fails: the next run is the retry.
    ///
    /// @param what the kind of rows, for the lock, the log and the metrics
    /// @param sql takes the least age in seconds as $1 and the chunk's size as $2
    public Uni<Void> delete(String what, String sql, Duration age) {
        double seconds = age.toMillis() / 1000.0;
        return Multi.createBy()
                .repeating()
                .uni(() -> chunk(what, sql, seconds))
                .whilst(deleted -> deleted == CHUNK)
                .select()
                .first(CHUNKS)
                .collect()
                .in(() -> new int[1], (sum, deleted) -> sum[0] += deleted)
                .invoke(sum -> LOG.debugf("%d old %s deleted", sum[0], what))
                .onItemOrFailure()
                .invoke((done, failure) -> countRun(what, failure == null ? "done" : "failed"))
                .onFailure()
                .invoke(failure -> LOG.logf(
                        failure instanceof DatabaseUnavailable ? Logger.Level.DEBUG : Logger.Level.WARN,
                        failure,
                        "Old %s stay until the next run",
                        what))
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
    }

    /// How many rows it was; none where another pod is at it.
    private Uni<Integer> chunk(String what, String sql, double seconds) {
        return database.inTransaction(transaction -> transaction
                        .preparedQuery(TRY)
                        .execute(Tuple.of(what))
                        .chain(tried -> {
                            boolean mine = tried.iterator().next().getBoolean("mine");
                            return mine
                                    ? transaction
                                            .preparedQuery(sql)
                                            .execute(Tuple.of(seconds, CHUNK))
                                            .map(rows -> rows.rowCount())
                                    : Uni.createFrom().item(0);
                        }))
                .invoke(deleted ->
                        registry.counter("ballast.retention.rows", "kind", what).increment(deleted));
    }

    private void countRun(String what, String outcome) {
        registry.counter("ballast.retention.runs", "kind", what, "outcome", outcome)
                .increment();
    }
}
