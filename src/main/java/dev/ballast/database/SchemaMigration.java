package dev.ballast.database;

import dev.ballast.problem.InvalidSettings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.PreventFurtherStepsException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.internal.exception.FlywaySqlException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Sees to it that the schema is up to date, as [DatabaseSettings#migration()] says: makes it so, or waits until
/// somebody has. Beside the start of the service and not in its way: a pod that starts before its database waits for
/// it instead of crashing. Processes that migrate together take turns by Flyway's own lock.
/// `ballast.database.schema.ready` is 1 once it is.
@Singleton
class SchemaMigration {
    private static final Logger LOG = Logger.getLogger(SchemaMigration.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    /// Of a process that only migrates: PostgreSQL was not reached, so that another try may do better.
    private static final int NOT_REACHED = 1;
    /// The schema or a migration is at fault, and stays so however often it is tried: `k8s/migration` gives up then.
    private static final int NOT_MIGRATED = 2;

    private final Flyway flyway;
    private final DatabaseSettings settings;
    private final String address;
    private volatile boolean done;
    private volatile boolean stopping;
    private volatile boolean told;
    private volatile String lacks = "it has not been looked at yet";

    @Inject
    SchemaMigration(
            Flyway flyway,
            DatabaseSettings settings,
            MeterRegistry registry,
            @ConfigProperty(name = "quarkus.datasource.jdbc.url") String address) {
        this.flyway = flyway;
        this.settings = settings;
        this.address = address.replaceFirst("[?].*", "");
        Gauge.builder("ballast.database.schema.ready", this, each -> each.done ? 1 : 0)
                .description("1 once the schema has what this version needs")
                .register(registry);
    }

    /// Before the scheduler starts, which is at 0.
    void check(@Observes @Priority(-2) StartupEvent started) {
        InvalidSettings.refuse(DatabaseSettings.problems(settings));
    }

    /// Once the settings that matter to it are found to be right, and before anything else starts: there is nothing
    /// else to this process. The port is opened after the start, which this ends.
    void runAlone(@Observes @Priority(-1) StartupEvent started) {
        if (mode() == MigrationMode.ONLY) {
            throw ended(attempt(this::migrate)
                    .onFailure(SchemaMigration::isConnection)
                    .retry()
                    .withBackOff(FIRST_PAUSE, settings.startRetry())
                    .expireIn(settings.reachLimit().toMillis()));
        }
    }

    void start(@Observes StartupEvent started) {
        attempt(mode() == MigrationMode.NEVER ? this::demand : this::migrate)
                .onFailure(failure -> !stopping)
                .retry()
                .withBackOff(FIRST_PAUSE, settings.startRetry())
                .indefinitely()
                .subscribe()
                .with(
                        report -> {
                            done = true;
                            LOG.info(report);
                        },
                        given -> LOG.debug("Schema given up at shutdown", given));
    }

    void stop(@Observes ShutdownEvent stopped) {
        stopping = true;
    }

    /// Whether the schema has what this version needs; once true it stays true.
    boolean isDone() {
        return done;
    }

    /// What the schema lacks as far as is known, for people.
    String waitsFor() {
        return lacks;
    }

    private MigrationMode mode() {
        return MigrationMode.named(settings.migration()).orElseThrow();
    }

    private Uni<String> attempt(Supplier<String> step) {
        return Uni.createFrom()
                .item(step)
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .onFailure()
                .invoke(this::report);
    }

    private String migrate() {
        return "Schema is up to date, %d migrations applied".formatted(flyway.migrate().migrationsExecuted);
    }

    private String demand() {
        List<String> lacking = SchemaLacks.of(Arrays.stream(flyway.info().all())
                .map(each -> new SchemaLacks.Step(String.valueOf(each.getVersion()), each.getState()))
                .toList());
        if (!lacking.isEmpty()) {
            throw new SchemaLacks(lacking);
        }
        return "Schema has all that is needed";
    }

    /// The only way for an observer to end the process with an exit code of its own: to ask for the end, and to
    /// break off the start, which would else go on beside it.
    private PreventFurtherStepsException ended(Uni<String> migration) {
        try {
            // the thread that starts the process, which does nothing else in this mode
            LOG.info(migration.await().indefinitely());
            Quarkus.asyncExit(0);
        } catch (RuntimeException failure) {
            LOG.errorf("The schema was not migrated: %s", lacks);
            Quarkus.asyncExit(isConnection(failure) ? NOT_REACHED : NOT_MIGRATED);
        }
        return new PreventFurtherStepsException();
    }

    private void report(Throwable failure) {
        String before = lacks;
        lacks = reason(failure);
        if (failure instanceof SchemaLacks) {
            if (!told) { // once, though it lacks ever less while somebody migrates it
                told = true;
                LOG.warnf("The schema at %s is not up to date; not ready, waiting: %s", address, lacks);
            }
        } else if (isConnection(failure)) {
            LOG.warnf("%s; not ready, trying again", lacks);
        } else if (lacks.equals(before)) {
            LOG.errorf("The schema at %s still cannot be migrated: %s", address, lacks);
        } else {
            LOG.errorf(failure, "The schema at %s cannot be migrated", address);
        }
    }

    private String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (!(failure instanceof SchemaLacks) && isConnection(failure)) {
            return "PostgreSQL at %s (set by POSTGRES_URL) cannot be reached: %s".formatted(address, firstLine(root));
        }
        return root == failure ? firstLine(failure) : "%s: %s".formatted(firstLine(failure), firstLine(root));
    }

    /// Whether PostgreSQL is away, or went away in the middle of a migration, which is then taken back.
    private static boolean isConnection(Throwable failure) {
        return failure instanceof FlywaySqlException
                || !(failure instanceof FlywayException)
                || Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                        .anyMatch(each -> each instanceof SQLException sql && isConnection(sql.getSQLState()));
    }

    /// Classes 08, connection exception, and 57P, the server ends or has ended this session.
    private static boolean isConnection(@Nullable String state) {
        return state != null && (state.startsWith("08") || state.startsWith("57P"));
    }

    private static String firstLine(Throwable failure) {
        return String.valueOf(failure.getMessage())
                .lines()
                .filter(line -> !line.isBlank())
                .findFirst()
                .orElse("no reason given");
    }
}
