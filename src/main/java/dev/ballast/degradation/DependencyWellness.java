package dev.ballast.degradation;

import io.smallrye.health.api.Wellness;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/// What `/q/health/well` says of the dependencies: what the last probe of each found, so that asking costs
/// nothing and waits for nobody. It informs; it takes no pod out of service.
@Wellness
@ApplicationScoped
class DependencyWellness implements HealthCheck {
    private static final String UP = "up";

    private final Prober prober;

    @Inject
    DependencyWellness(Prober prober) {
        this.prober = prober;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("dependencies");
        boolean well = true;
        for (Dependency dependency : prober.probed()) {
            Dependency.LastProbe last = dependency.lastProbe();
            String found = last == null ? "not asked yet" : last.said();
            response = response.withData(dependency.name(), found);
            well &= UP.equals(found);
        }
        return response.status(well).build();
    }
}
