package dev.ballast.messaging;

import dev.ballast.degradation.Probe;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

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
        for (Consumers.Running consumer : consumers.running()) {
            if (consumer.deadLetters().unwritten() > 0) {
                return Uni.createFrom().failure(new DeadLetterTopicUnwritable());
            }
            if (consumer.thread().hasFailed()) {
                return Uni.createFrom().failure(new ConsumptionInterrupted());
            }
            if (consumer.circuit().isOpen()) {
                return Uni.createFrom().failure(new WaitingForADependency());
            }
        }
        return Uni.createFrom().voidItem();
    }

    static final class DeadLetterTopicUnwritable extends RuntimeException {}

    static final class ConsumptionInterrupted extends RuntimeException {}

    static final class WaitingForADependency extends RuntimeException {}
}
