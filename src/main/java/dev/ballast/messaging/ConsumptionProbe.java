package dev.ballast.messaging;

import dev.ballast.degradation.Outcome;
import dev.ballast.degradation.Probe;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
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
        return obstacle(
                        consumers.haveStarted(),
                        consumers.running().stream().map(Consumption::of).toList())
                .map(why -> Uni.createFrom().<Void>failure(why))
                .orElseGet(() -> Uni.createFrom().voidItem());
    }

    /// What comes and goes works at the moment, though not well.
    @Override
    public Outcome meaning(Throwable failure) {
        return failure instanceof ConsumptionUnsteady ? Outcome.SLOW : Outcome.FAILED;
    }

    /// Of one consumer, what keeps records from their end.
    record Consumption(boolean unwritable, boolean interrupted, boolean waits, boolean unsteady) {
        static Consumption of(Consumers.Running consumer) {
            return new Consumption(
                    consumer.deadLetters().unwritten() > 0,
                    consumer.thread().hasFailed(),
                    consumer.circuit().isOpen(),
                    consumer.circuit().isUnsteady());
        }
    }

    /// Why records do not reach their end; what a person has to see to comes first, whichever consumer's it is, and
    /// what comes and goes last.
    static Optional<RuntimeException> obstacle(boolean started, List<Consumption> consumers) {
        if (!started) {
            return Optional.of(new TopicsNotReady());
        }
        if (consumers.stream().anyMatch(Consumption::unwritable)) {
            return Optional.of(new DeadLetterTopicUnwritable());
        }
        if (consumers.stream().anyMatch(Consumption::interrupted)) {
            return Optional.of(new ConsumptionInterrupted());
        }
        if (consumers.stream().anyMatch(Consumption::waits)) {
            return Optional.of(new WaitingForADependency());
        }
        return consumers.stream().anyMatch(Consumption::unsteady)
                ? Optional.of(new ConsumptionUnsteady())
                : Optional.empty();
    }

    /// The topics could not be made, or have no leader: the log says which, and nothing is consumed meanwhile.
    static final class TopicsNotReady extends RuntimeException {}

    static final class DeadLetterTopicUnwritable extends RuntimeException {}

    static final class ConsumptionInterrupted extends RuntimeException {}

    static final class WaitingForADependency extends RuntimeException {}

    /// It was interrupted twice within seconds, and may be again.
    static final class ConsumptionUnsteady extends RuntimeException {}
}
