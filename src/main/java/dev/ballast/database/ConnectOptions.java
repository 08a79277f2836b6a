package dev.ballast.database;

import io.quarkus.arc.Unremovable;
import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Keeps the options that Quarkus made of `quarkus.datasource.*`, user, password and TLS among them, as the probe opens
/// a connection of its own with them. The pool itself is made as Quarkus makes it, but that a credentials provider is
/// asked once, at the start, and that PostgreSQL ends what nobody waits for any more: a statement a second after its
/// caller gave it up, and the transaction of a pod that is stopped or was cut off, whose locks would hold others up
/// until TCP notices.
@Singleton
@Unremovable
class ConnectOptions implements PgPoolCreator {
    /// The caller's own limit is to come first, as it says what happened.
    private static final long SLACK_MS = 1_000;

    private final DatabaseSettings settings;
    private volatile @Nullable PgConnectOptions options;

    @Inject
    ConnectOptions(DatabaseSettings settings) {
        this.settings = settings;
    }

    @Override
    public Pool create(Input made) {
        made.pgConnectOptionsList().forEach(this::bound);
        options = made.pgConnectOptionsList().getFirst();
        return PgBuilder.pool()
                .with(made.poolOptions())
                .connectingTo(List.<SqlConnectOptions>copyOf(made.pgConnectOptionsList()))
                .using(made.vertx())
                .build();
    }

    private void bound(PgConnectOptions each) {
        long givenUpMs = settings.timeout().toMillis() + SLACK_MS;
        each.addProperty("statement_timeout", Long.toString(givenUpMs));
        each.addProperty("idle_in_transaction_session_timeout", Long.toString(givenUpMs));
    }

    /// A copy for the caller to change.
    ///
    /// @throws IllegalStateException where there is no pool yet
    PgConnectOptions copy() {
        PgConnectOptions made = options;
        if (made == null) {
            throw new IllegalStateException("the pool is not made yet");
        }
        return new PgConnectOptions(made);
    }
}
