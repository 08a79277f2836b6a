package dev.ballast.deadletters;

import dev.ballast.database.Database;
import dev.ballast.database.Sql;
import dev.ballast.deadletters.LetterSummary.Status;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The index of dead letters in PostgreSQL.
@ApplicationScoped
class DeadLetterStore {
    private static final String INSERT = Sql.read("deadletters", "insert");
    private static final String PAGE = Sql.read("deadletters", "page");
    private static final String FIND = Sql.read("deadletters", "find");
    private static final String LOCK = FIND + "FOR UPDATE";
    private static final String SET_STATUS = Sql.read("deadletters", "set-status");
    private static final String END_REPLAY = Sql.read("deadletters", "end-replay");
    private static final String REOPEN = Sql.read("deadletters", "reopen-abandoned");

    private final Database database;
    private final DeadLetterSettings settings;

    @Inject
    DeadLetterStore(Database database, DeadLetterSettings settings) {
        this.database = database;
        this.settings = settings;
    }

    /// Whether the letter was new.
    Uni<Boolean> add(DeadLetter letter) {
        return database.query(INSERT, parameters(letter)).map(rows -> rows.rowCount() == 1);
    }

    Uni<LetterSummary.Page> page(LetterQuery query) {
        Status status = query.status();
        Tuple parameters = Tuple.tuple(Arrays.asList(
                query.topic(),
                status == null ? null : status.name(),
                query.error(),
                query.from(),
                query.cursor(),
                query.limit()));
        return database.query(PAGE, parameters).map(rows -> {
            List<Row> found = rows.stream().toList();
            return new LetterSummary.Page(
                    found.stream().map(LetterSummary::of).toList(),
                    found.size() < query.limit()
                            ? null
                            : Long.toString(found.getLast().getLong("seq")));
        });
    }

    /// Fails with [DeadLetterException] where there is none.
    Uni<StoredLetter> find(String id) {
        return database.query(FIND, one(id)).map(rows -> single(id, rows));
    }

    /// Likewise, and keeps others from changing its status until the transaction ends.
    Uni<StoredLetter> lock(SqlConnection transaction, String id) {
        return transaction.preparedQuery(LOCK).execute(one(id)).map(rows -> single(id, rows));
    }

    /// Since when a locked letter has its new status.
    Uni<OffsetDateTime> set(SqlConnection transaction, String id, Status status) {
        return transaction
                .preparedQuery(SET_STATUS)
                .execute(Tuple.of(id, status.name()))
                .map(rows -> rows.iterator().next().getOffsetDateTime("status_at"));
    }

    /// Ends the replay that began then, unless it was given up meanwhile.
    Uni<Void> endReplay(SqlConnection transaction, String id, OffsetDateTime began, Status status) {
        return transaction
                .preparedQuery(END_REPLAY)
                .execute(Tuple.of(id, began, status.name()))
                .replaceWithVoid();
    }

    /// Opens some letters whose replay was abandoned. Their ids.
    Uni<List<String>> reopenAbandoned(SqlConnection transaction) {
        return transaction
                .preparedQuery(REOPEN)
                .execute(Tuple.of(seconds(settings.abandonedAfter())))
                .map(rows -> rows.stream().map(row -> row.getString("id")).toList());
    }

    static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private Tuple one(String id) {
        return Tuple.of(id, seconds(settings.replayWithin()));
    }

    private static StoredLetter single(String id, RowSet<Row> rows) {
        if (rows.size() == 0) {
            throw DeadLetterException.unknown(id);
        }
        return StoredLetter.of(rows.iterator().next());
    }

    private static Tuple parameters(DeadLetter letter) {
        return Tuple.tuple(Arrays.asList(
                letter.id().toString(),
                letter.id().topic(),
                letter.place().toString(),
                buffer(letter.key()),
                buffer(letter.value()),
                HeaderBytes.encode(letter.headers()),
                letter.reason(),
                letter.detail(),
                letter.cause(),
                letter.exception(),
                letter.attempts(),
                time(letter.firstFailureAt()),
                time(letter.deadAt()),
                letter.replays(),
                letter.replayOf() == null ? null : letter.replayOf().toString(),
                letter.traceId()));
    }

    private static @Nullable Buffer buffer(byte @Nullable [] bytes) {
        return bytes == null ? null : Buffer.buffer(bytes);
    }

    private static @Nullable OffsetDateTime time(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
