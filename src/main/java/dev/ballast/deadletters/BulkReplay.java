package dev.ballast.deadletters;

import dev.ballast.deadletters.BulkRequest.Bulk;
import dev.ballast.deadletters.BulkRun.State;
import dev.ballast.deadletters.BulkRunStore.Next;
import dev.ballast.deadletters.DeadLetterException.Fault;
import dev.ballast.live.Live;
import dev.ballast.live.Progress;
import io.quarkus.vertx.core.runtime.context.VertxContextSafetyToggle;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.MutinyHelper;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;

/// Replays many letters in the background of this pod: those that were there at its start, oldest first and one after
/// another, so that records of a key keep their order, and no faster than told.
@ApplicationScoped
class BulkReplay {
    private static final Logger LOG = Logger.getLogger(BulkReplay.class);

    /// Failures one after another that end it: Kafka or PostgreSQL is away, and the rest would fail as well.
    private static final int PATIENCE = 3;

    /// How long to wait for PostgreSQL after a failure: long enough for a change of its master.
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private static final Duration TELL_EVERY = Duration.ofMillis(250);

    private final BulkRunStore store;
    private final Replays replays;
    private final Live live;
    private final Vertx vertx;

    @Inject
    BulkReplay(BulkRunStore store, Replays replays, Live live, Vertx vertx) {
        this.store = store;
        this.replays = replays;
        this.live = live;
        this.vertx = vertx;
    }

    Uni<BulkRun.Preview> preview(Bulk bulk) {
        return store.count(bulk).map(BulkRunStore.Found::preview);
    }

    /// Completes with the run's number when it has begun. Fails with [DeadLetterException] where one of the topic is
    /// running.
    Uni<Long> begin(Bulk bulk, String who) {
        return store.count(bulk)
                .chain(found -> store.begin(bulk, who, found.preview().wouldReplay())
                        .invoke(run -> goOn(new Run(
                                run, bulk, who, found.newest(), found.preview().wouldReplay(), loop()))));
    }

    /// A context of its own: the request's is over long before.
    private Executor loop() {
        Context context = VertxContext.createNewDuplicatedContext(vertx.getOrCreateContext());
        VertxContextSafetyToggle.setContextSafe(context, true);
        return MutinyHelper.executor(context);
    }

    private void goOn(Run run) {
        var _ = Multi.createBy()
                .repeating()
                .uni(() -> step(run).onFailure().recoverWithUni(failure -> stumbled(run, failure)))
                .whilst(more -> more)
                .collect()
                .last()
                .chain(() -> store.end(run.id, run.who, run.state(), run.tally())
                        .onFailure()
                        .retry()
                        .withBackOff(PAUSE)
                        .atMost(PATIENCE))
                .invoke(() -> live.progress(run.progress(run.state())))
                .runSubscriptionOn(run.loop)
                .subscribe()
                .with(
                        _ -> LOG.infof("Bulk replay %d of %s ended: %s", run.id, run.bulk.topic(), run.tally()),
                        failure -> LOG.warnf(
                                failure, "Bulk replay %d of %s broke off: %s", run.id, run.bulk.topic(), run.tally()));
    }

    /// Whether another one is to follow.
    private Uni<Boolean> step(Run run) {
        if (run.isOver()) {
            return Uni.createFrom().item(false);
        }
        return after(run.pace.turn(System.nanoTime()), run.loop)
                .chain(() -> store.next(run.bulk, run.last, run.newest))
                .emitOn(run.loop)
                .chain(next -> next.isPresent()
                        ? replay(run, next.get())
                        : Uni.createFrom().item(false));
    }

    /// Nothing is known to have failed but PostgreSQL.
    private static Uni<Boolean> stumbled(Run run, Throwable failure) {
        LOG.warnf(failure, "Bulk replay %d stumbled", run.id);
        run.failedInARow++;
        return after(PAUSE, run.loop).replaceWith(true);
    }

    private Uni<Boolean> replay(Run run, Next next) {
        run.last = next.seq();
        return replays.replay(next.id(), run.who, "bulk replay " + run.id)
                .invoke(_ -> run.sent())
                .replaceWithVoid()
                .onFailure()
                .recoverWithUni(failure -> missed(run, next, failure))
                .invoke(() -> tell(run))
                .chain(() -> store.progress(run.id, run.sent, run.failed))
                .emitOn(run.loop);
    }

    /// A few times a second is enough for people.
    private void tell(Run run) {
        long now = System.nanoTime();
        if (now - run.toldAt >= TELL_EVERY.toNanos()) {
            run.toldAt = now;
            live.progress(run.progress(State.RUNNING));
        }
    }

    /// One that somebody else has replayed or discarded meanwhile is no failure.
    private static Uni<Void> missed(Run run, Next next, Throwable failure) {
        Fault fault = failure instanceof DeadLetterException refused ? refused.fault() : Fault.KAFKA;
        if (fault == Fault.CALL) {
            LOG.debugf(failure, "bulk replay %d leaves %s out", run.id, next.id());
        } else {
            LOG.warnf(failure, "Bulk replay %d could not send %s", run.id, next.id());
            run.failed(fault);
        }
        return Uni.createFrom().voidItem();
    }

    private static Uni<Void> after(Duration pause, Executor loop) {
        return pause.isZero()
                ? Uni.createFrom().voidItem()
                : Uni.createFrom().voidItem().onItem().delayIt().by(pause).emitOn(loop);
    }

    /// How far a run is. Touched by its own loop only.
    private static final class Run {
        private final long id;
        private final Bulk bulk;
        private final String who;
        private final long newest;
        private final long total;
        private final Executor loop;
        private final Pace pace;
        private long last;
        private int sent;
        private int failed;
        private int failedInARow;
        private long toldAt;

        Run(long id, Bulk bulk, String who, long newest, long total, Executor loop) {
            this.id = id;
            this.bulk = bulk;
            this.who = who;
            this.newest = newest;
            this.total = total;
            this.loop = loop;
            this.pace = new Pace(bulk.rate(), System.nanoTime());
            this.toldAt = System.nanoTime();
        }

        void sent() {
            sent++;
            failedInARow = 0;
        }

        void failed(Fault fault) {
            failed++;
            // one that cannot be sent at all must not keep the others back
            failedInARow = fault == Fault.LETTER ? 0 : failedInARow + 1;
        }

        boolean isOver() {
            return sent + failed >= total || failedInARow >= PATIENCE;
        }

        Progress progress(State state) {
            return new Progress("replay", Long.toString(id), sent, failed, total, state.name());
        }

        State state() {
            return failedInARow >= PATIENCE ? State.STOPPED : State.DONE;
        }

        String tally() {
            return "%d of %d sent, %d failed".formatted(sent, total, failed);
        }
    }
}
