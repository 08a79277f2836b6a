package dev.ballast.deadletters;

import dev.ballast.audit.Audit;
import dev.ballast.audit.Deed;
import dev.ballast.database.Database;
import dev.ballast.deadletters.LetterSummary.Status;
import dev.ballast.failpoint.FailPoint;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.OffsetDateTime;

/// Sends letters back to where their records came from, or gives them up. What is done is noted in the transaction that
/// does it. A send is counted before it is tried. Dying between the steps leaves a letter that is open again after a
/// while: it may then be sent twice, which is counted and which consumers absorb.
@ApplicationScoped
class Replays {
    static final String ACTION = "dead-letter.replay";
    private static final String AFTER_PUBLISH = "replay-after-publish";

    private final Database database;
    private final DeadLetterStore store;
    private final ReplaySender sender;
    private final Audit audit;
    private final DeadLetterSettings settings;
    private final MeterRegistry registry;

    @Inject
    Replays(
            Database database,
            DeadLetterStore store,
            ReplaySender sender,
            Audit audit,
            DeadLetterSettings settings,
            MeterRegistry registry) {
        this.database = database;
        this.store = store;
        this.sender = sender;
        this.audit = audit;
        this.settings = settings;
        this.registry = registry;
    }

    /// A letter that is being replayed, since when, and for whom.
    private record Claim(StoredLetter letter, OffsetDateTime began, String who) {
        String id() {
            return letter.summary().id();
        }

        String topic() {
            return letter.summary().topic();
        }
    }

    /// Completes with the trace of the replayed record, once the brokers have it. Fails with [DeadLetterException]
    /// where the letter may not be replayed, or could not be sent.
    ///
    /// @param how a word more for the audit
    Uni<String> replay(String id, String who, String how) {
        return database.inTransaction(transaction -> claim(transaction, id, who, how))
                .chain(this::send);
    }

    private Uni<String> send(Claim claim) {
        return sender.send(claim.letter())
                .onFailure()
                .recoverWithUni(failure -> giveBack(claim, failure))
                .invoke(() -> FailPoint.reached(AFTER_PUBLISH))
                .call(() -> sent(claim));
    }

    private Uni<Void> sent(Claim claim) {
        count("replayed");
        return database.inTransaction(transaction -> store.endReplay(transaction, claim.id(), claim.began())
                .chain(() -> note(transaction, claim, "to " + claim.topic(), "replayed")));
    }

    /// What may have arrived all the same stays counted.
    private Uni<String> giveBack(Claim claim, Throwable failure) {
        boolean certain = failure instanceof DeadLetterException;
        DeadLetterException why = failure instanceof DeadLetterException unsent
                ? unsent
                : DeadLetterException.notSent(claim.letter().summary(), failure);
        count("failed");
        return database.inTransaction(
                        transaction -> store.giveBack(transaction, claim.id(), claim.began(), certain ? 1 : 0)
                                .chain(() -> note(transaction, claim, why.detail(), "failed")))
                .chain(() -> Uni.createFrom().failure(why));
    }

    /// Gives an open letter up. Fails with [DeadLetterException] where it is not open.
    Uni<Void> discard(String id, String who, String reason) {
        return database.inTransaction(transaction -> store.lock(transaction, id)
                        .invoke(letter -> mustBeOpen(letter.summary()))
                        .chain(() -> store.discard(transaction, id))
                        .chain(() ->
                                audit.note(transaction, new Deed(who, "dead-letter.discard", id, reason, "discarded"))))
                .invoke(() -> registry.counter("ballast.deadletters.discards").increment());
    }

    private Uni<Claim> claim(SqlConnection transaction, String id, String who, String how) {
        return store.lock(transaction, id).invoke(this::mustBeReplayable).chain(letter -> store.beginReplay(
                        transaction, id)
                .map(began -> new Claim(letter, began, who))
                .call(claim -> note(transaction, claim, how + " to " + claim.topic(), "started")));
    }

    private Uni<Void> note(SqlConnection transaction, Claim claim, String detail, String outcome) {
        return audit.note(transaction, new Deed(claim.who(), ACTION, claim.id(), detail, outcome));
    }

    private void count(String outcome) {
        registry.counter("ballast.deadletters.replays", "outcome", outcome).increment();
    }

    private void mustBeReplayable(StoredLetter letter) {
        LetterSummary summary = letter.summary();
        mustBeOpen(summary);
        if (!summary.knowsItsOrigin()) {
            throw DeadLetterException.noOrigin(summary);
        }
        if (summary.leftOut() != null) {
            throw DeadLetterException.leftOut(summary);
        }
        if (letter.replays() >= settings.maxReplays()) {
            throw DeadLetterException.usedUp(letter, settings.maxReplays());
        }
        if (letter.tooOld()) {
            throw DeadLetterException.tooOld(summary, settings.replayWithin());
        }
    }

    private static void mustBeOpen(LetterSummary letter) {
        if (letter.status() != Status.OPEN) {
            throw DeadLetterException.notOpen(letter);
        }
    }
}
