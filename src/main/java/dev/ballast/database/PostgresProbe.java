package dev.ballast.database;

import dev.ballast.degradation.Probe;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/// Asks PostgreSQL for the smallest answer it has.
@ApplicationScoped
class PostgresProbe implements Probe {
    private final Database database;

    @Inject
    PostgresProbe(Database database) {
        this.database = database;
    }

    @Override
    public String dependency() {
        return "postgresql";
    }

    @Override
    public Uni<Void> check() {
        return database.query("SELECT 1", Tuple.tuple()).replaceWithVoid();
    }
}
