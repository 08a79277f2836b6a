package dev.ballast.executions;

import dev.ballast.database.Database;
import dev.ballast.database.Sql;
import dev.ballast.kafka.RecordId;
import dev.ballast.origin.Loads;
import dev.ballast.tracing.Tracing;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The marks of one consumer in PostgreSQL. Marks that are asked for at the same time share a statement.
/// Safe for use from every thread; answers arrive on any of them.
public final class Executions {
    private static final Logger LOG = Logger.getLogger(Executions.class);
    private static final String MARK = Sql.read("executions", "mark");
    private static final String ALONE = Sql.read("executions", "alone");
    private static final String UNMARK = Sql.read("executions", "unmark");

    /// Statements on their way at a time, of each kind: one that runs while the next one gathers.
    private static final int AT_ONCE = 2;

    private final Database database;
    private final String consumer;
    private final String owner;
    private final Loads<RecordId, Marking> marks;
    private final Loads<RecordId, Marking> unmarks;

    /// @param owner tells this process from all others, earlier ones of this pod included
    public Executions(Database database, Tracing tracing, String consumer, String owner) {
        this.database = database;
        this.consumer = consumer;
        this.owner = owner;
        this.marks = new Loads<>(tracing, "mark", AT_ONCE, this::markAll);
        this.unmarks = new Loads<>(tracing, "unmark", AT_ONCE, this::unmarkAll);
    }

    /// Marks a record before it is executed, so that the mark outlives this process.
    public Uni<Marking> mark(RecordId record) {
        return marks.load(List.of(record), () -> {}).map(known -> known.getOrDefault(record, Marking.UNSUSPICIOUS));
    }

    /// Runs work that a marked record is to blame for: should this process die meanwhile, that counts as a death of the
    /// record. It must run alone.
    ///
    /// @param loop runs the work and what comes after it
    /// @param unmarked makes the failure of work that was not run, as that could not be noted
    public <T extends @Nullable Object> Uni<T> blaming(
            RecordId record, Executor loop, Function<Throwable, Throwable> unmarked, Supplier<Uni<T>> work) {
        return alone(record, true)
                .emitOn(loop)
                .onFailure()
                .transform(unmarked)
                .chain(work::get)
                .emitOn(loop)
                .eventually(() -> through(record).emitOn(loop));
    }

    /// Notes that it has run alone, before the next one begins: a death from now on is not its doing. Never fails.
    private Uni<Void> through(RecordId record) {
        return alone(record, false)
                .onFailure()
                .invoke(failure -> LOG.debugf(failure, "%s seems to run alone still", record))
                .onFailure()
                .recoverWithNull();
    }

    private Uni<Void> alone(RecordId record, boolean alone) {
        List<Object> parameters = List.of(consumer, record.topic(), record.partition(), record.offset(), owner, alone);
        return database.query(ALONE, Tuple.from(parameters)).replaceWithVoid();
    }

    /// Deletes the mark of a record that is done. Never fails: a mark left behind costs its record a turn alone, if
    /// it ever comes again, and goes with time.
    public Uni<Void> unmark(RecordId record) {
        return unmarks.load(List.of(record), () -> {})
                .onFailure()
                .invoke(failure -> LOG.debugf(failure, "the mark of %s stays", record))
                .onFailure()
                .recoverWithItem(Map.of())
                .replaceWithVoid();
    }

    private Uni<Map<RecordId, Marking>> markAll(Collection<RecordId> records) {
        return database.query(MARK, parameters(records)).map(Executions::markings);
    }

    private static Map<RecordId, Marking> markings(RowSet<Row> rows) {
        Map<RecordId, Marking> markings = new HashMap<>();
        rows.forEach(row -> markings.put(
                new RecordId(row.getString("topic"), row.getInteger("partition"), row.getLong("offset")),
                new Marking(row.getBoolean("suspect"), row.getInteger("deaths"))));
        return markings;
    }

    private Uni<Map<RecordId, Marking>> unmarkAll(Collection<RecordId> records) {
        return database.query(UNMARK, parameters(records)).replaceWith(Map.of());
    }

    private Tuple parameters(Collection<RecordId> records) {
        return Tuple.of(
                records.stream().map(RecordId::topic).toArray(String[]::new),
                records.stream().map(RecordId::partition).toArray(Integer[]::new),
                records.stream().map(RecordId::offset).toArray(Long[]::new),
                consumer,
                owner);
    }
}
