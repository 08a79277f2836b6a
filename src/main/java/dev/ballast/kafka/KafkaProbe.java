package dev.ballast.kafka;

import dev.ballast.degradation.Outcome;
import dev.ballast.degradation.Probe;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.apache.kafka.common.errors.TimeoutException;

/// Asks the brokers for the cluster's nodes.
@ApplicationScoped
class KafkaProbe implements Probe {
    static final String NAME = "kafka";

    private final KafkaAdmin admin;

    @Inject
    KafkaProbe(KafkaAdmin admin) {
        this.admin = admin;
    }

    @Override
    public String dependency() {
        return NAME;
    }

    @Override
    public Uni<Void> check() {
        return admin.ask();
    }

    @Override
    public Outcome meaning(Throwable failure) {
        return failure instanceof TimeoutException ? Outcome.TIMED_OUT : Outcome.of(failure);
    }
}
