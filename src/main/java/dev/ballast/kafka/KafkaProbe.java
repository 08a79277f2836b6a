package dev.ballast.kafka;

import dev.ballast.degradation.Outcome;
import dev.ballast.degradation.Probe;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import org.apache.kafka.common.errors.TimeoutException;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Asks the brokers for the cluster's nodes.
@ApplicationScoped
class KafkaProbe implements Probe {
    static final String NAME = "kafka";

    private final KafkaAdmin admin;
    private final Duration limit;

    /// @param limit the deadline of probes: a question that nobody waits for any more is not to linger
    @Inject
    KafkaProbe(KafkaAdmin admin, @ConfigProperty(name = "ballast.degradation.probe-timeout") Duration limit) {
        this.admin = admin;
        this.limit = limit;
    }

    @Override
    public String dependency() {
        return NAME;
    }

    @Override
    public Uni<Void> check() {
        return admin.ask(limit);
    }

    @Override
    public Outcome meaning(Throwable failure) {
        return failure instanceof TimeoutException ? Outcome.TIMED_OUT : Outcome.of(failure);
    }
}
