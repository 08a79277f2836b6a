package dev.ballast.database;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import org.jboss.logging.Logger;

/// Deletes old rows in chunks, so that no statement holds locks for long. Pods that do so at the same time leave each
/// other's rows alone, as the statements skip what is locked.
@ApplicationScoped
public class Retention {
    private static final Logger LOG = Logger.getLogger(Retention.class);

    /// Rows a statement deletes: some milliseconds of work.
    private static final int CHUNK = 1_000;

    /// Statements of one run: a million rows, the rest is left to the next run.
    private static final int CHUNKS = 1_000;

    private final Database database;

    @Inject
    Retention(Database database) {
        this.database = database;
    }

    /// Deletes chunk after chunk until one is not full. Never fails: the next run is the retry.
    ///
    /// @param what for the log
    /// @param sql takes the least age in seconds as $1 and the chunk's size as $2
    public Uni<Void> delete(String what, String sql, Duration age) {
        double seconds = age.toMillis() / 1000.0;
        return Multi.createBy()
                .repeating()
                .uni(() -> database.query(sql, Tuple.of(seconds, CHUNK)).map(rows -> rows.rowCount()))
                .whilst(deleted -> deleted == CHUNK)
                .select()
                .first(CHUNKS)
                .collect()
                .in(() -> new int[1], (sum, deleted) -> sum[0] += deleted)
                .invoke(sum -> LOG.debugf("%d old %s deleted", sum[0], what))
                .onFailure()
                .invoke(failure -> LOG.debugf(failure, "old %s stay until the next run", what))
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
    }
}
