package dev.ballast.policies;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/// Ready once the policies changed live are known: before, requests would be judged by what is no longer in force.
@Readiness
@ApplicationScoped
class PolicyCheck implements HealthCheck {
    private final PolicyFollower follower;

    @Inject
    PolicyCheck(PolicyFollower follower) {
        this.follower = follower;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("rate-limit policies")
                .status(follower.hasRead())
                .build();
    }
}
