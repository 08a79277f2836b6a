package dev.ballast.degradation;

import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.health.api.Wellness;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/// What `/q/health/well` says of the dependencies: each is probed with a deadline, so that the answer
/// comes in time whatever hangs. It informs; it takes no pod out of service.
@Wellness
@ApplicationScoped
class DependencyWellness implements AsyncHealthCheck {
    private final List<Probe> probes;
    private final DegradationSettings settings;

    @Inject
    DependencyWellness(@Any Instance<Probe> probes, DegradationSettings settings) {
        this.probes = probes.stream()
                .sorted((a, b) -> a.dependency().compareTo(b.dependency()))
                .toList();
        this.settings = settings;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return Uni.join()
                .all(probes.stream().map(this::outcome).toList())
                .andFailFast()
                .map(this::response);
    }

    private Uni<String> outcome(Probe probe) {
        return Uni.createFrom()
                .deferred(probe::check)
                .ifNoItem()
                .after(settings.probeTimeout())
                .fail()
                .replaceWith("up")
                // the kind of failure, not its message: that may hold addresses
                .onFailure()
                .recoverWithItem(failure -> "down: " + failure.getClass().getSimpleName());
    }

    private HealthCheckResponse response(List<String> outcomes) {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("dependencies")
                .status(outcomes.stream().allMatch("up"::equals));
        for (int i = 0; i < probes.size(); i++) {
            response = response.withData(probes.get(i).dependency(), outcomes.get(i));
        }
        return response.build();
    }
}
