package dev.ballast.audit;

import dev.ballast.database.Retention;
import dev.ballast.database.Sql;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/// Forgets deeds of long ago.
@ApplicationScoped
class AuditRetention {
    private static final String FORGET_OLD = Sql.read("audit", "forget-old");

    private final Retention retention;
    private final AuditSettings settings;

    @Inject
    AuditRetention(Retention retention, AuditSettings settings) {
        this.retention = retention;
        this.settings = settings;
    }

    @Scheduled(every = "${ballast.audit.retain-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> retain() {
        return retention.delete("audit entries", FORGET_OLD, settings.keepFor());
    }
}
