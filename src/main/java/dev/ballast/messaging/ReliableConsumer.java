package dev.ballast.messaging;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Executor;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/// Takes a record to its end: settled and acknowledged, or acknowledged by the broker as a dead letter.
///
/// Retries happen in place and without blocking, so that the order is kept and the connector goes on
/// polling; nothing is acknowledged while an attempt is due, so a crash at any moment means a redelivery.
@ApplicationScoped
public class ReliableConsumer {
    private static final Logger LOG = Logger.getLogger(ReliableConsumer.class);

    private final MessagingConfig config;
    private final DeliveryMetrics metrics;
    private final Backoff backoff;
    private volatile boolean ended;

    @Inject
    ReliableConsumer(MessagingConfig config, DeliveryMetrics metrics) {
        this(config, metrics, new Backoff(config.retryPause(), config.retryPauseLimit(), new Random()));
    }

    ReliableConsumer(MessagingConfig config, DeliveryMetrics metrics, Backoff backoff) {
        this.config = config;
        this.metrics = metrics;
        this.backoff = backoff;
    }

    /// Settles the records of a channel of the Kafka connector, one after the other, until the service stops.
    public void run(Multi<Message<byte[]>> records, RecordHandler handler) {
        var unused = records.onItem()
                .transformToUniAndConcatenate(message -> Uni.createFrom()
                        .deferred(() -> consume(message, handler))
                        .runSubscriptionOn(EventLoops.of(message)))
                .subscribe()
                .with(finished -> {}, failure -> {
                    ended = true;
                    LOG.error("Consumption has ended; restart the service", failure);
                });
    }

    /// Whether the consumption of a channel has ended by a failure, which only a restart mends.
    boolean hasEnded() {
        return ended;
    }

    private Uni<Void> consume(Message<byte[]> message, RecordHandler handler) {
        InboundRecord record = InboundRecord.of(message);
        return decide(record, handler).chain(outcome -> finish(message, record, outcome));
    }

    /// Repeats the attempt until it is known whether the record is done or poison.
    Uni<Outcome> decide(InboundRecord record, RecordHandler handler) {
        RetryBudget budget = new RetryBudget(config.maxAttempts());
        Executor loop = EventLoops.current();
        return Uni.createFrom()
                .deferred(() -> attempt(record, handler))
                .onFailure()
                .retry()
                .when(failures -> failures.onItem()
                        .transformToUniAndConcatenate(failure -> budget.allows(failure)
                                ? pause(record, failure, budget, loop)
                                : Uni.createFrom().failure(failure)))
                // nothing but a used up budget makes a dead letter; a fault in retrying ends the consumption instead
                .onFailure(failure -> budget.isExhausted())
                .recoverWithItem(failure -> exhausted(record, budget, failure));
    }

    private static Outcome exhausted(InboundRecord record, RetryBudget budget, Throwable failure) {
        LOG.errorf(failure, "%s failed %d times for a reason nobody foresaw", record.origin(), budget.failures());
        return new Outcome.Poison("attempts-exhausted", "failed %d times".formatted(budget.failures()), failure);
    }

    private Uni<Outcome> attempt(InboundRecord record, RecordHandler handler) {
        return handler.handle(record)
                .ifNoItem()
                .after(config.attemptTimeout())
                .recoverWithItem(() -> new Outcome.Later("handler", new AttemptTimeout(config.attemptTimeout())))
                .onItem()
                .transformToUni(outcome -> outcome instanceof Outcome.Later later
                        ? Uni.createFrom().failure(new Postponed(later))
                        : Uni.createFrom().item(outcome));
    }

    /// Emits when the pause is over; an item, because the retry takes no notice of an empty `Uni`.
    private Uni<Duration> pause(InboundRecord record, Throwable failure, RetryBudget budget, Executor loop) {
        Duration pause = backoff.pauseAfter(budget.failures());
        metrics.retried(record.topic(), failure instanceof Postponed postponed ? postponed.dependency() : "failure");
        // powers of two: the first ones at once, then ever fewer while an outage lasts
        if (Integer.bitCount(budget.failures()) == 1) {
            LOG.warnf(
                    "%s: attempt %d failed, trying again: %s",
                    record.origin(), budget.failures(), RootCause.of(failure));
        }
        return Uni.createFrom().item(pause).onItem().delayIt().by(pause).emitOn(loop);
    }

    private Uni<Void> finish(Message<byte[]> message, InboundRecord record, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Done done -> {
                metrics.consumed(record.topic(), done.result());
                yield Uni.createFrom().completionStage(message::ack);
            }
            case Outcome.Poison poison -> {
                PoisonRecord reason = new PoisonRecord(poison);
                LOG.warnf("%s goes to the dead letters: %s", record.origin(), reason.getMessage());
                yield Uni.createFrom()
                        .completionStage(() -> message.nack(reason))
                        .invoke(() -> countDeadLetter(record, poison));
            }
            case Outcome.Later later -> throw new IllegalStateException("still undecided: " + later);
        };
    }

    private void countDeadLetter(InboundRecord record, Outcome.Poison poison) {
        metrics.consumed(record.topic(), "dead-lettered");
        metrics.deadLettered(record.topic(), poison.reason());
    }
}
