package dev.ballast.messaging;

import dev.ballast.degradation.Probe;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/// Asks the brokers for the cluster's nodes, and whether records are still consumed.
@ApplicationScoped
class KafkaProbe implements Probe {
    private final KafkaAdmin admin;
    private final ReliableConsumer consumer;

    @Inject
    KafkaProbe(KafkaAdmin admin, ReliableConsumer consumer) {
        this.admin = admin;
        this.consumer = consumer;
    }

    @Override
    public String dependency() {
        return "kafka";
    }

    @Override
    public Uni<Void> check() {
        return consumer.hasEnded() ? Uni.createFrom().failure(ConsumptionEnded::new) : admin.ask();
    }

    /// The brokers may be well, but this pod reads nothing of them any more.
    static final class ConsumptionEnded extends RuntimeException {}
}
