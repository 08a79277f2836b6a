package dev.ballast.audit;

import dev.ballast.database.Database;
import dev.ballast.database.Sql;
import dev.ballast.database.Storable;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Notes deeds in PostgreSQL. Non-blocking.
@ApplicationScoped
public class Audit {
    private static final String NOTE = Sql.read("audit", "note");
    private static final String PAGE = Sql.read("audit", "page");
    private static final String OF_TARGET = Sql.read("audit", "of-target");
    private static final int LONGEST_WORD = 300;
    private static final int LONGEST_DETAIL = 2_000;

    private final Database database;

    @Inject
    Audit(Database database) {
        this.database = database;
    }

    /// Notes a deed on its own.
    public Uni<Void> note(Deed deed) {
        return database.query(NOTE, parameters(deed)).replaceWithVoid();
    }

    /// Notes a deed in the transaction that does it: both or neither.
    public Uni<Void> note(SqlConnection transaction, Deed deed) {
        return transaction.preparedQuery(NOTE).execute(parameters(deed)).replaceWithVoid();
    }

    /// What was done to one thing, newest first.
    public Uni<List<AuditEntry>> of(String target, int limit) {
        return database.query(OF_TARGET, Tuple.of(target, limit)).map(Audit::entries);
    }

    /// @param before the last id of the page before, if any
    Uni<AuditPage> page(@Nullable String action, @Nullable Long before, int limit) {
        return database.query(PAGE, Tuple.of(action, before, limit + 1))
                .map(Audit::entries)
                .map(entries -> AuditPage.of(entries, limit));
    }

    private static List<AuditEntry> entries(RowSet<Row> rows) {
        return rows.stream().map(AuditEntry::of).toList();
    }

    private static Tuple parameters(Deed deed) {
        return Tuple.of(
                Storable.text(deed.who(), LONGEST_WORD),
                Storable.text(deed.action(), LONGEST_WORD),
                Storable.text(deed.target(), LONGEST_WORD),
                Storable.text(deed.detail(), LONGEST_DETAIL),
                Storable.text(deed.outcome(), LONGEST_WORD));
    }
}
