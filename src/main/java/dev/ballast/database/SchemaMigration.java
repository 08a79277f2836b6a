package dev.ballast.database;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.internal.exception.FlywaySqlException;
import org.jboss.logging.Logger;

/// Brings the schema up to date once PostgreSQL can be reached, beside the start of the service and not
/// in its way: a pod that starts before its database waits for it instead of crashing. Pods that start
/// together take turns by Flyway's own lock.
@Singleton
class SchemaMigration {
    private static final Logger LOG = Logger.getLogger(SchemaMigration.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);

    private final Flyway flyway;
    private final DatabaseSettings settings;
    private final String address;
    private volatile boolean done;
    private volatile boolean stopping;

    @Inject
    SchemaMigration(
            Flyway flyway,
            DatabaseSettings settings,
            @ConfigProperty(name = "quarkus.datasource.jdbc.url") String address) {
        this.flyway = flyway;
        this.settings = settings;
        this.address = address.replaceFirst("[?].*", "");
    }

    void start(@Observes StartupEvent started) {
        Uni.createFrom()
                .item(flyway::migrate)
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .onFailure()
                .invoke(this::report)
                .onFailure(failure -> !stopping)
                .retry()
                .withBackOff(FIRST_PAUSE, settings.startRetry())
                .indefinitely()
                .subscribe()
                .with(
                        result -> {
                            done = true;
                            LOG.infof("Schema is up to date, %d migrations applied", result.migrationsExecuted);
                        },
                        given -> LOG.debug("Migration given up at shutdown", given));
    }

    void stop(@Observes ShutdownEvent stopped) {
        stopping = true;
    }

    /// Whether the schema is that of this version; once true it stays true.
    boolean isDone() {
        return done;
    }

    private void report(Throwable failure) {
        if (isConnection(failure)) {
            LOG.warnf(
                    "PostgreSQL at %s (set by POSTGRES_URL) cannot be reached: %s; not ready, trying again",
                    address, reason(failure));
        } else {
            LOG.errorf(failure, "The schema at %s cannot be migrated; not ready, trying again", address);
        }
    }

    private static boolean isConnection(Throwable failure) {
        return failure instanceof FlywaySqlException || !(failure instanceof FlywayException);
    }

    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse("no reason given");
    }
}
