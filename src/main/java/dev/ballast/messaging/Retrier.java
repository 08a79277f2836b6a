package dev.ballast.messaging;

import dev.ballast.kafka.InboundRecord;
import dev.ballast.messaging.Interruption.Abandoned;
import dev.ballast.messaging.Interruption.Crossed;
import dev.ballast.messaging.Interruption.Postponed;
import dev.ballast.problem.RootCause;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/// Repeats the attempts at a record until its outcome is known, or they are used up, which makes it poison.
final class Retrier {
    static final String EXHAUSTED = "attempts-exhausted";
    private static final Logger LOG = Logger.getLogger(Retrier.class);

    private final Backoff backoff;
    private final DeliveryMetrics metrics;

    Retrier(Backoff backoff, DeliveryMetrics metrics) {
        this.backoff = backoff;
        this.metrics = metrics;
    }

    /// Fails with [Abandoned] only.
    ///
    /// @param loop runs the next attempt
    Uni<Outcome> decide(InboundRecord record, Attempts attempts, Executor loop, Supplier<Uni<Outcome>> attempt) {
        return Uni.createFrom()
                .deferred(attempt::get)
                .onFailure(failure -> !(failure instanceof Abandoned))
                .retry()
                .when(failures -> failures.onItem()
                        .transformToUniAndConcatenate(failure -> attempts.allows(failure)
                                ? pause(record, attempts, loop, failure)
                                : Uni.createFrom().failure(failure)))
                // nothing but used up attempts makes a dead letter; a fault in retrying is the service's own
                .onFailure(failure -> attempts.isExhausted())
                .recoverWithItem(failure -> exhausted(record, attempts, failure));
    }

    private static Outcome exhausted(InboundRecord record, Attempts attempts, Throwable failure) {
        int failures = attempts.counted(true);
        LOG.errorf(failure, "%s failed %d times for a reason nobody foresaw", record.id(), failures);
        return new Outcome.Poison(EXHAUSTED, "failed %d times".formatted(failures), failure);
    }

    /// Emits when the pause is over; an item, because the retry takes no notice of an empty `Uni`. After a missing
    /// dependency it is the circuit that makes the record wait.
    private Uni<Boolean> pause(InboundRecord record, Attempts attempts, Executor loop, Throwable failure) {
        if (failure instanceof Postponed postponed) {
            metrics.retried(record.topic(), postponed.dependency());
            return after(Duration.ofMillis(1), loop);
        }
        int failures = attempts.failures();
        if (failure instanceof Crossed) {
            metrics.retried(record.topic(), "contended");
            // at the 1st, 2nd, 4th, 8th … time, as it may take long
            if (Integer.bitCount(failures) == 1) {
                LOG.infof("%s waits: %s", record.id(), failure.getMessage());
            }
            return after(backoff.pauseAfter(failures), loop);
        }
        metrics.retried(record.topic(), "failure");
        LOG.warnf("%s: attempt %d failed, trying again: %s", record.id(), failures, RootCause.of(failure));
        return after(backoff.pauseAfter(failures), loop);
    }

    private static Uni<Boolean> after(Duration pause, Executor loop) {
        return Uni.createFrom().item(true).onItem().delayIt().by(pause).emitOn(loop);
    }
}
