package dev.ballast.deadletters;

import dev.ballast.audit.Audit;
import dev.ballast.audit.Deed;
import dev.ballast.database.Database;
import dev.ballast.database.Sql;
import dev.ballast.deadletters.BulkRequest.Bulk;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Bulk replays in PostgreSQL, and the letters they find.
@ApplicationScoped
class BulkRunStore {
    static final String ACTION = "dead-letter.bulk-replay";
    private static final String COUNT = Sql.read("deadletters", "count-matching");
    private static final String NEXT = Sql.read("deadletters", "next-matching");
    private static final String BEGIN = Sql.read("deadletters", "begin-run");
    private static final String PROGRESS = Sql.read("deadletters", "progress-run");
    private static final String END = Sql.read("deadletters", "end-run");
    private static final String FIND = Sql.read("deadletters", "find-run");

    private final Database database;
    private final Audit audit;
    private final DeadLetterSettings settings;

    @Inject
    BulkRunStore(Database database, Audit audit, DeadLetterSettings settings) {
        this.database = database;
        this.audit = audit;
        this.settings = settings;
    }

    /// What a request finds.
    ///
    /// @param newest the seq of the newest letter
    record Found(BulkRun.Preview preview, long newest) {}

    /// The next letter.
    record Next(long seq, String id) {}

    Uni<Found> count(Bulk bulk) {
        return database.query(COUNT, filter(bulk)).map(rows -> {
            Row row = rows.iterator().next();
            long replayable = row.getLong("replayable");
            return new Found(
                    new BulkRun.Preview(row.getLong("matching"), replayable, Math.min(replayable, bulk.limit())),
                    row.getLong("newest"));
        });
    }

    /// The oldest letter that was not reached yet; empty where there is none.
    Uni<Optional<Next>> next(Bulk bulk, long last, long newest) {
        return database.query(NEXT, filter(bulk, last, newest)).map(rows -> rows.stream()
                .map(row -> new Next(row.getLong("seq"), row.getString("id")))
                .findFirst());
    }

    /// The number of the new run. Fails with [DeadLetterException] where one of the topic is running.
    Uni<Long> begin(Bulk bulk, String who, long total) {
        Tuple parameters = Tuple.tuple(
                Arrays.asList(who, bulk.topic(), bulk.error(), bulk.from(), bulk.to(), bulk.rate(), (int) total));
        return database.inTransaction(transaction -> transaction
                .preparedQuery(BEGIN)
                .execute(parameters)
                .map(rows -> rows.stream()
                        .findFirst()
                        .orElseThrow(() -> DeadLetterException.busy(bulk.topic()))
                        .getLong("id"))
                .call(run -> audit.note(transaction, begun(run, bulk, who, total))));
    }

    private static Deed begun(long run, Bulk bulk, String who, long total) {
        return new Deed(
                who,
                ACTION,
                Long.toString(run),
                "%d letters of %s; %d a second".formatted(total, bulk.words(), bulk.rate()),
                "started");
    }

    /// Whether the run goes on: one that was silent for too long was given up, and another may have begun since.
    Uni<Boolean> progress(long run, int sent, int failed) {
        return database.query(PROGRESS, Tuple.of(run, sent, failed)).map(rows -> rows.rowCount() == 1);
    }

    /// Does nothing where it was given up.
    Uni<Void> end(long run, String who, BulkRun.State state, String detail) {
        return database.inTransaction(transaction -> transaction
                .preparedQuery(END)
                .execute(Tuple.of(run, state.name()))
                .chain(rows -> rows.rowCount() == 0
                        ? Uni.createFrom().voidItem()
                        : audit.note(
                                transaction,
                                new Deed(
                                        who,
                                        ACTION,
                                        Long.toString(run),
                                        detail,
                                        state.name().toLowerCase(Locale.ROOT)))));
    }

    /// Fails with [DeadLetterException] where there is none.
    Uni<BulkRun> find(long run) {
        return database.query(FIND, Tuple.of(run)).map(rows -> rows.stream()
                .findFirst()
                .map(BulkRun::of)
                .orElseThrow(() -> DeadLetterException.unknownRun(run)));
    }

    private Tuple filter(Bulk bulk, @Nullable Object... more) {
        List<@Nullable Object> values = new ArrayList<>(Arrays.asList(
                bulk.topic(),
                bulk.error(),
                bulk.from(),
                bulk.to(),
                settings.maxReplays(),
                DeadLetterStore.seconds(settings.replayWithin())));
        values.addAll(Arrays.asList(more));
        return Tuple.tuple(values);
    }
}
