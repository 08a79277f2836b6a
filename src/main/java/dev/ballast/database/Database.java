package dev.ballast.database;

import dev.ballast.degradation.Outage;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.VertxException;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/// Runs statements on the primary database. Non-blocking; resumes on the caller's event loop.
///
/// Every call ends within [DatabaseSettings#timeout()] and fails with [DatabaseUnavailable] when the
/// database cannot be reached or is too slow, else with the `PgException` of the statement.
@ApplicationScoped
public class Database {
    private final Pool pool;
    private final DatabaseSettings settings;
    private final Outage outage;

    @Inject
    Database(
            Pool pool,
            DatabaseSettings settings,
            @ConfigProperty(name = "quarkus.datasource.reactive.url") String address) {
        this.pool = pool;
        this.settings = settings;
        this.outage = new Outage("PostgreSQL", address.replaceFirst("[?].*", ""), "POSTGRES_URL");
    }

    /// Runs one prepared statement.
    public Uni<RowSet<Row>> query(String sql, Tuple parameters) {
        return bounded(pool.preparedQuery(sql).execute(parameters));
    }

    /// Runs `work` in one transaction: committed when it completes, rolled back when it fails.
    public <T> Uni<T> inTransaction(Function<SqlConnection, Uni<T>> work) {
        return bounded(pool.withTransaction(work));
    }

    /// Whether a failure is the database's state, which passes, and not the data's or the caller's fault. Everything
    /// PostgreSQL refuses is taken for its state (a standby that is read-only, a deadlock, a statement that was
    /// cancelled, a schema that is not there yet), but for data it cannot take: classes 22 and 23.
    public static boolean isItsState(Throwable failure) {
        return switch (failure) {
            case DatabaseUnavailable away -> true;
            case PgException refused -> !isOfTheData(refused.getSqlState());
            default -> false;
        };
    }

    private static boolean isOfTheData(@Nullable String sqlState) {
        return sqlState != null && (sqlState.startsWith("22") || sqlState.startsWith("23"));
    }

    private <T> Uni<T> bounded(Uni<T> statement) {
        return statement
                .ifNoItem()
                .after(settings.timeout())
                .fail()
                .onItemOrFailure()
                .invoke((done, failure) -> notice(failure))
                .onFailure(Database::isUnavailable)
                .transform(DatabaseUnavailable::new);
    }

    private void notice(@Nullable Throwable failure) {
        if (failure == null) {
            outage.answered();
        } else if (isUnavailable(failure)) {
            outage.failed(failure.toString());
        }
    }

    private static boolean isUnavailable(Throwable failure) {
        return switch (failure) {
            case PgException refused -> isOutage(refused.getSqlState());
            case IOException connection -> true;
            case TimeoutException tooSlow -> true;
            // how the client says that a connection was closed under a statement, or none became free in time
            case VertxException closed -> true;
            case NoStackTraceThrowable pool -> true;
            default -> false;
        };
    }

    /// SQLSTATE classes of a server that is going, coming or full: 08 connection, 53 resources, 57P shutdown.
    private static boolean isOutage(String sqlState) {
        return sqlState != null
                && (sqlState.startsWith("08") || sqlState.startsWith("53") || sqlState.startsWith("57P"));
    }
}
