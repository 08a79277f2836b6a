package dev.ballast.database;

import dev.ballast.degradation.Dependencies;
import dev.ballast.degradation.Dependency;
import dev.ballast.degradation.Outcome;
import dev.ballast.degradation.Probe;
import io.smallrye.mutiny.CompositeException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Asks PostgreSQL for the smallest answer it has, on a connection of its own: requests may have taken all of the
/// pool's. A connection that gave no answer in time is given up, as the server behind it may never give one.
@Singleton
class PostgresProbe implements Probe {
    static final String NAME = "postgresql";

    /// Longer than any server takes to greet, and long enough that an outage does not leave sockets behind by the
    /// hundred: there is no way to call off an attempt.
    private static final Duration GREETED_WITHIN = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final Pool pool;
    private final Dependency dependency;
    private final Supplier<PgConnectOptions> options;
    // Both belong to this object's monitor.
    private @Nullable Future<PgConnection> connection;
    private long attemptedAt;

    @Inject
    PostgresProbe(Vertx vertx, Pool pool, Dependencies dependencies, ConnectOptions options) {
        this(vertx, pool, dependencies, () -> {
            var _ = pool.size(); // Quarkus makes the pool, and so the options, on first use
            return options.copy();
        });
    }

    PostgresProbe(Vertx vertx, Pool pool, Dependencies dependencies, Supplier<PgConnectOptions> options) {
        this.vertx = vertx;
        this.pool = pool;
        this.dependency = dependencies.named(NAME);
        this.options = options;
    }

    @Override
    public String dependency() {
        return NAME;
    }

    @Override
    public Uni<Void> check() {
        Future<PgConnection> open = connection();
        Future<Void> answer =
                open.compose(there -> there.query("SELECT 1").execute()).mapEmpty();
        Uni<Void> own = Uni.createFrom()
                .completionStage(answer.toCompletionStage())
                .onFailure()
                .invoke(() -> giveUp(open))
                .onCancellation()
                .invoke(() -> giveUp(open));
        return dependency.isSilent() ? Uni.join().first(own, pooled()).withItem() : own;
    }

    /// While calls are refused nobody but this would notice that the pool's connections work, where only the
    /// probe's own does not.
    private Uni<Void> pooled() {
        return pool.query("SELECT 1").execute().replaceWithVoid();
    }

    @Override
    public Outcome meaning(Throwable failure) {
        return switch (failure) {
            case CompositeException several -> meaning(several.getCauses().getFirst());
            // that it is starting or stopping is no answer to anybody; that it lets no more in is one to this call
            // alone
            case PgException refused ->
                String.valueOf(refused.getSqlState()).startsWith("57P") ? Outcome.REJECTED : Outcome.FAILED;
            default -> Outcome.of(failure);
        };
    }

    private synchronized Future<PgConnection> connection() {
        Future<PgConnection> open = connection;
        if (open == null) {
            attemptedAt = System.nanoTime();
            // by a name of its own in pg_stat_activity, and apart from the pool in the client's metrics
            PgConnectOptions own = options.get().addProperty("application_name", "ballast-probe");
            open = PgConnection.connect(vertx, own.setMetricsName(""))
                    // the question fails for it; without a handler the client prints it
                    .onSuccess(there -> there.exceptionHandler(_ -> {}));
            connection = open;
        }
        return open;
    }

    private synchronized void giveUp(Future<PgConnection> open) {
        boolean mayStillCome = !open.isComplete() && System.nanoTime() - attemptedAt < GREETED_WITHIN.toNanos();
        if (open == connection && !mayStillCome) {
            connection = null;
            open.onSuccess(PgConnection::close);
        }
    }

    @PreDestroy
    synchronized void close() {
        if (connection != null) {
            connection.onSuccess(PgConnection::close);
        }
    }
}
