package dev.ballast.database;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/// Ready once the schema is there. A database that goes away later does not take the pod out: there are answers it
/// can give without. Started is a pod before: nobody is to kill it because it migrates or waits for who does.
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
        HealthCheckResponseBuilder schema = HealthCheckResponse.named("schema");
        return migration.isDone()
                ? schema.up().build()
                : schema.down().withData("waits", migration.waitsFor()).build();
    }
}
