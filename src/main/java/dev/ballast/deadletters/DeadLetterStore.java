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
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The index of dead letters in PostgreSQL.
@ApplicationScoped
class DeadLetterStore {
    private static final String INSERT = Sql.read("deadletters", "insert");
    private static final String PAGE = Sql.read("deadletters", "page");
    private static final String FIND = Sql.read("deadletters", "find");
    private static final String LOCK = FIND + "\nFOR UPDATE";
    private static final String DISCARD = Sql.read("deadletters", "discard");
    private static final String BEGIN_REPLAY = Sql.read("deadletters", "begin-replay");
    private static final String END_REPLAY = Sql.read("deadletters", "end-replay");
    private static final String GIVE_BACK = Sql.read("deadletters", "give-back");
    private static final String SETTLE_ABANDONED = Sql.read("deadletters", "settle-abandoned");

    private final Database database;
    private final DeadLetterSettings settings;

    @Inject
    DeadLetterStore(Database database, DeadLetterSettings settings) {
        this.database = database;
        this.settings = settings;
    }

    /// What became of a letter.
    sealed interface Added {
        /// It was not there.
        ///
        /// @param sent the letter before it, which nobody knew to be sent
        record New(Optional<String> sent) implements Added {}

        /// It was there.
        record Repeated() implements Added {}
    }

    Uni<Added> add(DeadLetter letter) {
        return database.query(INSERT, parameters(letter)).map(rows -> rows.stream()
                .findFirst()
                .<Added>map(row -> new Added.New(Optional.ofNullable(row.getString("sent"))))
                .orElseGet(Added.Repeated::new));
    }

    Uni<LetterSummary.Page> page(LetterQuery query) {
        Status status = query.status();
        Tuple parameters = Tuple.tuple(Arrays.asList(
                query.topic(),
                status == null ? null : status.name(),
                query.error(),
                query.from(),
                query.cursor(),
                query.limit() + 1)); // whether there is another page
        return database.query(PAGE, parameters).map(rows -> {
            List<Row> page = rows.stream().limit(query.limit()).toList();
            return new LetterSummary.Page(
                    page.stream().map(LetterSummary::of).toList(),
                    rows.size() > query.limit() ? Long.toString(page.getLast().getLong("seq")) : null);
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

    /// Gives a locked letter up.
    Uni<Void> discard(SqlConnection transaction, String id) {
        return transaction.preparedQuery(DISCARD).execute(Tuple.of(id)).replaceWithVoid();
    }

    /// Counts a send of a locked letter. When it began.
    Uni<OffsetDateTime> beginReplay(SqlConnection transaction, String id) {
        return transaction.preparedQuery(BEGIN_REPLAY).execute(Tuple.of(id)).map(rows -> rows.iterator()
                .next()
                .getOffsetDateTime("status_at"));
    }

    /// Notes that the record was sent by the replay that began then.
    Uni<Void> endReplay(SqlConnection transaction, String id, OffsetDateTime began) {
        return transaction
                .preparedQuery(END_REPLAY)
                .execute(Tuple.of(id, began))
                .replaceWithVoid();
    }

    /// Opens the letter again, unless the replay that began then was given up meanwhile.
    ///
    /// @param unsent how many sends did certainly not happen
    Uni<Void> giveBack(SqlConnection transaction, String id, OffsetDateTime began, int unsent) {
        return transaction
                .preparedQuery(GIVE_BACK)
                .execute(Tuple.of(id, began, unsent))
                .replaceWithVoid();
    }

    /// A letter whose replay was abandoned.
    ///
    /// @param sent whether its record was sent for certain
    record Abandoned(String id, boolean sent) {}

    /// Settles some letters whose replay was abandoned.
    Uni<List<Abandoned>> settleAbandoned(SqlConnection transaction) {
        return transaction
                .preparedQuery(SETTLE_ABANDONED)
                .execute(Tuple.of(seconds(settings.abandonedAfter())))
                .map(rows -> rows.stream()
                        .map(row -> new Abandoned(
                                row.getString("id"), Status.REPLAYED.name().equals(row.getString("status"))))
                        .toList());
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
                letter.traceId(),
                letter.leftOut()));
    }

    private static @Nullable Buffer buffer(byte @Nullable [] bytes) {
        return bytes == null ? null : Buffer.buffer(bytes);
    }

    private static @Nullable OffsetDateTime time(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
