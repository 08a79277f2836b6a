package dev.ballast.kafka;

import dev.ballast.degradation.Probe;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/// Asks the brokers for the cluster's nodes.
@ApplicationScoped
class KafkaProbe implements Probe {
    private final KafkaAdmin admin;

    @Inject
    KafkaProbe(KafkaAdmin admin) {
        this.admin = admin;
    }

    @Override
    public String dependency() {
        return "kafka";
    }

    @Override
    public Uni<Void> check() {
        return admin.ask();
    }
}
