package dev.ballast.messaging;

import dev.ballast.degradation.Outcome;
import dev.ballast.degradation.Probe;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.Optional;

/// Tells whether the records of the topics reach their end.
@ApplicationScoped
class ConsumptionProbe implements Probe {
    private final Consumers consumers;

    @Inject
    ConsumptionProbe(Consumers consumers) {
        this.consumers = consumers;
    }

    @Override
    public String dependency() {
        return "messaging";
    }

    @Override
    public Uni<Void> check() {
        return obstacle(consumers.haveStarted(), consumers.running())
                .map(why -> Uni.createFrom().<Void>failure(why))
                .orElseGet(() -> Uni.createFrom().voidItem());
    }

    /// What comes and goes works at the moment, though not well.
    @Override
    public Outcome meaning(Throwable failure) {
        return failure instanceof ConsumptionUnsteady ? Outcome.SLOW : Outcome.FAILED;
    }

    /// Why records do not reach their end; what a person has to see to comes first.
    static Optional<RuntimeException> obstacle(boolean started, Collection<Consumers.Running> running) {
        for (Consumers.Running consumer : running) {
            if (consumer.deadLetters().unwritten() > 0) {
                return Optional.of(new DeadLetterTopicUnwritable());
            }
            if (consumer.thread().hasFailed()) {
                return Optional.of(new ConsumptionInterrupted());
            }
            if (consumer.circuit().isOpen()) {
                return Optional.of(new WaitingForADependency());
            }
            if (consumer.circuit().isUnsteady()) {
                return Optional.of(new ConsumptionUnsteady());
            }
        }
        return started ? Optional.empty() : Optional.of(new TopicsNotReady());
    }

    /// The topics could not be made, or have no leader: the log says which, and nothing is consumed meanwhile.
    static final class TopicsNotReady extends RuntimeException {}

    static final class DeadLetterTopicUnwritable extends RuntimeException {}

    static final class ConsumptionInterrupted extends RuntimeException {}

    static final class WaitingForADependency extends RuntimeException {}

    /// It was interrupted twice within seconds, and may be again.
    static final class ConsumptionUnsteady extends RuntimeException {}
}
