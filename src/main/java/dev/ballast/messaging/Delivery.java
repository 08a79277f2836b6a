package dev.ballast.messaging;

import dev.ballast.executions.Executions;
import dev.ballast.executions.Marking;
import dev.ballast.executions.TakingTurns;
import dev.ballast.failpoint.FailPoint;
import dev.ballast.kafka.InboundRecord;
import dev.ballast.kafka.RecordId;
import dev.ballast.messaging.Interruption.Abandoned;
import dev.ballast.messaging.Interruption.Crossed;
import dev.ballast.messaging.Interruption.Postponed;
import dev.ballast.messaging.Interruption.TooSlow;
import dev.ballast.offsets.Assignment;
import dev.ballast.origin.Deadline;
import dev.ballast.problem.RootCause;
import io.opentelemetry.api.trace.Span;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.MutinyHelper;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Takes a record to its end: settled, or acknowledged by the broker as a dead letter. Until then nothing is
/// finished, so that a crash at any moment means a redelivery.
///
/// In its turn and before its first attempt the record is marked in PostgreSQL, so that one that kills this process
/// is found out; a suspect runs alone. An attempt that meets a missing dependency opens the circuit, which holds all
/// others back, and is repeated until the dependency is there; any other failure uses up one of the attempts.
final class Delivery {
    private static final Logger LOG = Logger.getLogger(Delivery.class);
    private static final String KILLS = "kills-the-process";
    private static final String AFTER_SEND = "dead-letter-after-send";
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final RecordHandler handler;
    private final MessagingSettings.Consumer settings;
    private final Circuit circuit;
    private final TakingTurns turns;
    private final Executions executions;
    private final DeadLetters deadLetters;
    private final RecordSpans spans;
    private final DeliveryMetrics metrics;
    private final Retrier retrier;
    private final InstantSource clock;
    /// When the first record came, by the monotonic clock, as the other one may be set; 0 before.
    private final AtomicLong atWorkSince = new AtomicLong();

    Delivery(
            RecordHandler handler,
            MessagingSettings.Consumer settings,
            Circuit circuit,
            TakingTurns turns,
            Executions executions,
            DeadLetters deadLetters,
            RecordSpans spans,
            DeliveryMetrics metrics,
            Backoff backoff,
            InstantSource clock) {
        this.handler = handler;
        this.settings = settings;
        this.circuit = circuit;
        this.turns = turns;
        this.executions = executions;
        this.deadLetters = deadLetters;
        this.spans = spans;
        this.metrics = metrics;
        this.retrier = new Retrier(backoff, metrics);
        this.clock = clock;
    }

    /// One record on its way.
    private record Trip(
            InboundRecord record,
            Assignment home,
            Attempts attempts,
            Executor loop,
            Span process,
            Suspicion suspicion) {
        RecordId id() {
            return record.id();
        }

        boolean isSuspect() {
            return suspicion.found.suspect();
        }
    }

    /// Once a record was found left behind it stays suspect for its later attempts, which find their own mark.
    private static final class Suspicion {
        private volatile Marking found = Marking.UNSUSPICIOUS;
    }

    /// Completes when the record is finished; fails with [Abandoned] where its partition was revoked before.
    ///
    /// Called on a Vert.x context of the record's own.
    Uni<Void> deliver(InboundRecord record, Assignment home) {
        atWorkSince.compareAndSet(0, System.nanoTime() | 1);
        return spans.process(record, () -> {
            // what comes next is run where the record's trace is
            Executor loop = MutinyHelper.executor(Vertx.currentContext());
            Trip trip = new Trip(
                    record, home, new Attempts(settings.maxAttempts(), clock), loop, Span.current(), new Suspicion());
            return retrier.decide(record, trip.attempts(), loop, () -> attempt(trip))
                    .chain(outcome -> end(trip, outcome))
                    .onFailure(Abandoned.class)
                    .call(() -> acquitted(trip));
        });
    }

    /// What is left to the partition's next owner has killed nobody. What is suspect stays so, with its deaths.
    private Uni<Void> acquitted(Trip trip) {
        return trip.isSuspect() ? Uni.createFrom().voidItem() : executions.unmark(trip.id());
    }

    private Uni<Outcome> attempt(Trip trip) {
        return circuit.pass()
                .emitOn(trip.loop())
                .chain(() -> inTurn(trip))
                .onItemOrFailure()
                .invoke((outcome, failure) -> report(failure));
    }

    /// Whatever ends an attempt but a missing dependency, the one that was sent ahead has found them there. One that
    /// was abandoned has seen nothing, and lets the next one see.
    private void report(@Nullable Throwable failure) {
        if (failure instanceof Postponed) {
            circuit.failed();
        } else if (failure instanceof Abandoned) {
            circuit.skipped();
        } else {
            circuit.succeeded();
        }
    }

    /// The mark comes with the turn and not before it: who only waits for another one to run alone is not marked when
    /// that one kills the process. Who is found suspect makes room, and comes again when nobody else runs.
    private Uni<Outcome> inTurn(Trip trip) {
        Duration rest = rest(trip);
        if (!rest.isZero()) {
            circuit.skipped(); // it sees nothing while it rests: the next one is to see
            return Uni.createFrom()
                    .voidItem()
                    .onItem()
                    .delayIt()
                    .by(rest)
                    .emitOn(trip.loop())
                    .chain(() -> trip.home().isRevoked() ? Uni.createFrom().failure(new Abandoned()) : inTurn(trip));
        }
        boolean alone = trip.isSuspect();
        return turns.<@Nullable Outcome>inTurn(alone, trip.loop(), () -> marked(trip, alone))
                .chain(outcome ->
                        outcome == null ? inTurn(trip) : Uni.createFrom().item(outcome));
    }

    /// Until it may run alone, or it is looked again whether its partition is still here.
    private Duration rest(Trip trip) {
        Duration atWork = Duration.ofNanos(System.nanoTime() - atWorkSince.get());
        Duration rest = trip.suspicion().found.rest(settings.trialAfter(), atWork);
        return rest.compareTo(LOOK_AGAIN) < 0 ? rest : LOOK_AGAIN;
    }

    /// Nothing where the record turns out to be suspect, and does not run alone.
    private Uni<@Nullable Outcome> marked(Trip trip, boolean alone) {
        if (trip.home().isRevoked()) {
            return Uni.createFrom().failure(new Abandoned());
        }
        return executions
                .mark(trip.id())
                .emitOn(trip.loop())
                .onFailure()
                .transform(failure -> new Postponed(new Outcome.Later("postgresql", failure)))
                .invoke(marking -> {
                    if (marking.suspect()) {
                        trip.suspicion().found = marking;
                    }
                })
                .chain(marking -> {
                    if (marking.deaths() >= settings.maxDeaths()) {
                        return Uni.createFrom().item(killer(trip, marking));
                    }
                    if (trip.isSuspect() && !alone) {
                        return Uni.createFrom().nullItem();
                    }
                    return alone ? alone(trip) : handled(trip);
                });
    }

    private static Outcome killer(Trip trip, Marking marking) {
        LOG.errorf("%s has killed %d processes while it ran alone", trip.id(), marking.deaths());
        return new Outcome.Poison(KILLS, "%d processes died while it ran alone in them".formatted(marking.deaths()));
    }

    private Uni<Outcome> alone(Trip trip) {
        LOG.infof("%s was left behind by a dead process; it runs alone", trip.id());
        return blamed(trip, () -> handled(trip));
    }

    /// Who hands it over amid its trial, or stops, was not killed by it.
    private <T extends @Nullable Object> Uni<T> blamed(Trip trip, Supplier<Uni<T>> work) {
        return executions.blaming(
                trip.id(),
                trip.loop(),
                failure -> new Postponed(new Outcome.Later("postgresql", failure)),
                () -> trip.home().untilHandedOver(work, Abandoned::new));
    }

    private Uni<Outcome> handled(Trip trip) {
        int number = trip.attempts().failures() + 1;
        Duration limit = settings.attemptTimeout();
        return spans.attempt(number, () -> Deadline.within(
                        limit, handler.handle(trip.record()), () -> new TooSlow(limit))
                .emitOn(trip.loop())
                .onItem()
                .ifNull()
                .failWith(() -> new IllegalStateException("the handler of " + handler.name() + " gave no outcome"))
                .onItem()
                .transformToUni(outcome -> switch (outcome) {
                    case Outcome.Later later -> Uni.createFrom().failure(new Postponed(later));
                    case Outcome.Contended contended -> Uni.createFrom().failure(new Crossed(contended));
                    default -> Uni.createFrom().item(outcome);
                }));
    }

    private Uni<Void> end(Trip trip, Outcome outcome) {
        Uni<Void> ended =
                switch (outcome) {
                    case Outcome.Done done -> {
                        metrics.consumed(trip.record().topic(), done.result());
                        yield Uni.createFrom().voidItem();
                    }
                    case Outcome.Poison poison -> bury(trip, poison);
                    case Outcome.Later _, Outcome.Contended _ ->
                        throw new IllegalStateException("still undecided: " + outcome);
                };
        return ended.invoke(() -> {
            trip.home().offsets().finish(trip.id().offset());
            var _ = executions.unmark(trip.id()).subscribe().with(done -> {}, failure -> {});
        });
    }

    private Uni<Void> bury(Trip trip, Outcome.Poison poison) {
        InboundRecord record = trip.record();
        LOG.warnf("%s goes to the dead letters: %s: %s", record.id(), poison.reason(), poison.detail());
        RecordSpans.died(trip.process(), poison);
        boolean failed = poison.reason().equals(Retrier.EXHAUSTED);
        return deadLetters
                .write(
                        record,
                        DeadLetterHeaders.of(record, poison, trip.attempts(), failed, clock.instant()),
                        trip.home(),
                        trip.loop())
                .invoke(() -> FailPoint.reached(AFTER_SEND))
                .emitOn(trip.loop())
                .chain(() -> noticed(trip, poison))
                .invoke(() -> metrics.deadLettered(record.topic(), poison.reason()));
    }

    /// The handler notes that its record is dead, as long as it takes. It may have to read once more what has killed
    /// whoever read it: that is tried as often as handling it was.
    private Uni<Void> noticed(Trip trip, Outcome.Poison poison) {
        if (trip.suspicion().found.deaths() >= 2 * settings.maxDeaths()) {
            LOG.errorf("%s kills who is to note that it is dead: its handler is not told", trip.id());
            return Uni.createFrom().voidItem();
        }
        boolean kills = poison.reason().equals(KILLS);
        int[] failures = {0};
        return Uni.createFrom()
                .deferred(() -> kills
                        ? turns.inTurn(true, trip.loop(), () -> blamed(trip, () -> noted(trip, poison)))
                        : trip.home().untilHandedOver(() -> noted(trip, poison), Abandoned::new))
                .runSubscriptionOn(trip.loop())
                .onFailure(failure -> !(failure instanceof Abandoned))
                .invoke(failure -> {
                    if (Integer.bitCount(++failures[0]) == 1) {
                        LOG.warnf(
                                "%s is a dead letter, which its handler cannot note (%s); its key waits, trying again",
                                trip.id(), RootCause.of(failure));
                    }
                })
                .onFailure(failure -> !(failure instanceof Abandoned))
                .retry()
                .withBackOff(settings.retryPause(), settings.retryPauseLimit())
                .indefinitely();
    }

    private Uni<Void> noted(Trip trip, Outcome.Poison poison) {
        Duration limit = settings.attemptTimeout();
        return trip.home().isRevoked()
                ? Uni.createFrom().failure(new Abandoned())
                : Deadline.within(limit, handler.deadLettered(trip.record(), poison), () -> new TooSlow(limit));
    }
}
