package dev.ballast.database;

import dev.ballast.degradation.Dependencies;
import dev.ballast.degradation.Dependency;
import dev.ballast.degradation.Outage;
import dev.ballast.degradation.Outcome;
import dev.ballast.origin.Deadline;
import dev.ballast.problem.RootCause;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import io.vertx.core.VertxException;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.TransactionRollbackException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/// Runs statements on the primary database. Non-blocking; resumes on the caller's event loop.
///
/// Every call ends within [DatabaseSettings#timeout()] and fails with [DatabaseUnavailable] when the
/// database cannot be reached or is too slow, else with the `PgException` of the statement. While nobody
/// answers, calls fail at once: nobody waits for what is known to be away.
@ApplicationScoped
public class Database {
    private final Pool pool;
    private final DatabaseSettings settings;
    private final Outage outage;
    private final Dependency dependency;

    @Inject
    Database(
            Pool pool,
            DatabaseSettings settings,
            Dependencies dependencies,
            @ConfigProperty(name = "quarkus.datasource.reactive.url") String address) {
        this.pool = pool;
        this.settings = settings;
        this.dependency = dependencies.named(PostgresProbe.NAME);
        dependency.guardedBy("statements", dependency::isSilent);
        this.outage = new Outage("PostgreSQL", address.replaceFirst("[?].*", ""), "POSTGRES_URL");
    }

    /// Runs one prepared statement.
    public Uni<RowSet<Row>> query(String sql, Tuple parameters) {
        return bounded(
                statement -> dependency.watch(statement, Database::meaning),
                pool.preparedQuery(sql).execute(parameters));
    }

    /// Runs `work` in one transaction: committed when it completes, rolled back when it fails.
    public <T> Uni<T> inTransaction(Function<SqlConnection, Uni<T>> work) {
        Uni<T> whole = UniHelper.toUni(done -> transaction(work).onComplete(done));
        return bounded(this::heardWithoutItsTime, whole);
    }

    /// As the pool's own `withTransaction`, but with somebody who hears of a connection that is reset, from its `BEGIN`
    /// on: what nobody hears of the client prints, past the log.
    private <T> Future<T> transaction(Function<SqlConnection, Uni<T>> work) {
        return pool.getDelegate().getConnection().compose(connection -> {
            connection.exceptionHandler(_ -> {}); // what is asked of it fails, which is how it is heard of
            return connection
                    .begin()
                    .compose(begun -> UniHelper.toFuture(work.apply(SqlConnection.newInstance(connection)))
                            .compose(done -> begun.commit().map(done), failure -> rolledBack(begun, failure)))
                    .onComplete(_ -> connection.close());
        });
    }

    private static <T> Future<T> rolledBack(Transaction begun, Throwable failure) {
        return failure instanceof TransactionRollbackException
                ? Future.failedFuture(failure)
                : begun.rollback().transform(_ -> Future.failedFuture(failure));
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

    /// Whether somebody else holds what the statement needs: it waited for a lock for as long as it may, or was the one
    /// to give way in a deadlock.
    public static boolean isContended(Throwable failure) {
        return failure instanceof PgException refused
                && ("55P03".equals(refused.getSqlState()) || "40P01".equals(refused.getSqlState()));
    }

    private static boolean isOfTheData(@Nullable String sqlState) {
        return sqlState != null && (sqlState.startsWith("22") || sqlState.startsWith("23"));
    }

    private <T> Uni<T> bounded(UnaryOperator<Uni<T>> heard, Uni<T> statement) {
        Uni<T> bounded = heard.apply(Deadline.within(settings.timeout(), statement, TimeoutException::new))
                .onItemOrFailure()
                .invoke((done, failure) -> notice(failure));
        return Uni.createFrom()
                .deferred(() -> dependency.isSilent() ? Uni.createFrom().failure(KnownToBeAway::new) : bounded)
                .onFailure(Database::isUnavailable)
                .transform(DatabaseUnavailable::new);
    }

    /// How long a transaction takes is up to what is done in it, which may be to wait for somebody else: it is heard of
    /// as if it had taken no time, and not at all where it takes too long.
    private <T> Uni<T> heardWithoutItsTime(Uni<T> transaction) {
        return Uni.createFrom().deferred(() -> {
            long begin = System.nanoTime();
            return transaction.onItemOrFailure().invoke((done, failure) -> {
                if (failure == null) {
                    dependency.ended(Outcome.OK, System.nanoTime());
                } else if (meaning(failure) == Outcome.REJECTED) {
                    dependency.ended(Outcome.REJECTED, begin);
                }
            });
        });
    }

    /// An error that is the statement's own says nothing about the server.
    static @Nullable Outcome meaning(Throwable failure) {
        if (failure instanceof TimeoutException) {
            return Outcome.TIMED_OUT;
        }
        return isUnavailable(failure) ? Outcome.REJECTED : null;
    }

    private void notice(@Nullable Throwable failure) {
        if (failure == null) {
            outage.answered();
        } else if (isUnavailable(failure)) {
            outage.failed(RootCause.of(failure));
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
            case KnownToBeAway _ -> true;
            default -> false;
        };
    }

    /// SQLSTATE classes of a server that is going, coming or full: 08 connection, 53 resources, 57P shutdown.
    private static boolean isOutage(String sqlState) {
        return sqlState != null
                && (sqlState.startsWith("08") || sqlState.startsWith("53") || sqlState.startsWith("57P"));
    }

    private static final class KnownToBeAway extends RuntimeException {
        KnownToBeAway() {
            super("the database has not answered lately", null, false, false);
        }
    }
}
