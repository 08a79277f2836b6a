package dev.ballast.database;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/// Started and ready once the schema is there. A database that goes away later does not take the pod out:
/// there are answers it can give without.
@Startup
@Readiness
@ApplicationScoped
class SchemaCheck implements HealthCheck {
    private final SchemaMigration migration;

    @Inject
    SchemaCheck(SchemaMigration migration) {
        this.migration = migration;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("schema").status(migration.isDone()).build();
    }
}
