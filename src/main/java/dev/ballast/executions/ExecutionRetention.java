package dev.ballast.executions;

import dev.ballast.database.Retention;
import dev.ballast.database.Sql;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/// Forgets marks that were left behind and never met again.
@ApplicationScoped
class ExecutionRetention {
    private static final String FORGET_OLD = Sql.read("executions", "forget-old");

    private final Retention retention;
    private final ExecutionSettings settings;

    @Inject
    ExecutionRetention(Retention retention, ExecutionSettings settings) {
        this.retention = retention;
        this.settings = settings;
    }

    @Scheduled(every = "${ballast.executions.retain-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> retain() {
        return retention.delete("marks of executions", FORGET_OLD, settings.keepFor());
    }
}
