package dev.ballast.deadletters;

import dev.ballast.audit.Audit;
import dev.ballast.audit.Deed;
import dev.ballast.database.Database;
import dev.ballast.database.Retention;
import dev.ballast.database.Sql;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import org.jboss.logging.Logger;

/// Takes up what dead pods left in the middle, and forgets what is long over. Every pod does; each row is one pod's.
@ApplicationScoped
class DeadLetterUpkeep {
    private static final Logger LOG = Logger.getLogger(DeadLetterUpkeep.class);
    private static final String LOSE_RUNS = Sql.read("deadletters", "lose-runs");
    private static final String EXPIRE_OPEN = Sql.read("deadletters", "expire-open");
    private static final String FORGET_CLOSED = Sql.read("deadletters", "forget-closed");
    private static final String FORGET_RUNS = Sql.read("deadletters", "forget-runs");
    static final String WHO = "ballast";

    private final Database database;
    private final DeadLetterStore store;
    private final Audit audit;
    private final Retention retention;
    private final DeadLetterSettings settings;

    @Inject
    DeadLetterUpkeep(
            Database database, DeadLetterStore store, Audit audit, Retention retention, DeadLetterSettings settings) {
        this.database = database;
        this.store = store;
        this.audit = audit;
        this.retention = retention;
        this.settings = settings;
    }

    /// Settles letters whose replay nobody ended, and ends runs whose pod is silent. Failures are only logged: the next
    /// sweep is the retry.
    @Scheduled(every = "${ballast.deadletters.sweep-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> sweep() {
        return settleAbandoned()
                .chain(this::loseRuns)
                .onFailure()
                .invoke(failure -> LOG.debug("sweep failed, the next one tries again", failure))
                .onFailure()
                .recoverWithNull();
    }

    @Scheduled(every = "${ballast.deadletters.retain-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> retain() {
        return retention
                .delete("open dead letters", EXPIRE_OPEN, settings.replayWithin())
                .chain(() -> retention.delete("dead letters", FORGET_CLOSED, settings.keepFor()))
                .chain(() -> retention.delete("bulk replays", FORGET_RUNS, settings.keepFor()));
    }

    private Uni<Void> settleAbandoned() {
        return database.inTransaction(transaction -> store.settleAbandoned(transaction)
                .chain(letters -> noteAll(
                        transaction,
                        letters.stream().map(DeadLetterUpkeep::settled).toList())));
    }

    private static Deed settled(DeadLetterStore.Abandoned letter) {
        return letter.sent()
                ? new Deed(WHO, Replays.ACTION, letter.id(), "its record was sent: it died again", "replayed")
                : new Deed(WHO, Replays.ACTION, letter.id(), "its replay was abandoned; it may be sent", "abandoned");
    }

    private Uni<Void> loseRuns() {
        return database.inTransaction(transaction -> transaction
                .preparedQuery(LOSE_RUNS)
                .execute(Tuple.of(DeadLetterStore.seconds(settings.abandonedAfter())))
                .chain(rows -> noteAll(
                        transaction, rows.stream().map(DeadLetterUpkeep::lost).toList())));
    }

    private static Deed lost(Row run) {
        return new Deed(
                WHO,
                BulkRunStore.ACTION,
                Long.toString(run.getLong("id")),
                "its pod died; %d of %d sent".formatted(run.getInteger("sent"), run.getInteger("total")),
                "lost");
    }

    private Uni<Void> noteAll(SqlConnection transaction, List<Deed> deeds) {
        return Multi.createFrom()
                .iterable(deeds)
                .onItem()
                .transformToUniAndConcatenate(deed -> audit.note(transaction, deed))
                .collect()
                .last()
                .replaceWithVoid();
    }
}
