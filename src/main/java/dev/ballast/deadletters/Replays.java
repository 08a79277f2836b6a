package dev.ballast.deadletters;

import dev.ballast.audit.Audit;
import dev.ballast.audit.Deed;
import dev.ballast.database.Database;
import dev.ballast.deadletters.LetterSummary.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.OffsetDateTime;

/// Sends letters back to where their records came from, or gives them up. What is done is noted in the transaction that
/// does it. Dying between the steps leaves a letter that is open again after a while: it may then be sent twice, which
/// consumers absorb.
@ApplicationScoped
class Replays {
    private static final String REPLAY = "dead-letter.replay";

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
    private record Claim(StoredLetter letter, OffsetDateTime began, String who) {}

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
                .call(() -> end(claim, Status.REPLAYED, "replayed"));
    }

    private Uni<String> giveBack(Claim claim, Throwable failure) {
        DeadLetterException notSent = DeadLetterException.notSent(claim.letter().summary(), failure);
        return end(claim, Status.OPEN, "failed").chain(() -> Uni.createFrom().failure(notSent));
    }

    /// Gives an open letter up. Fails with [DeadLetterException] where it is not open.
    Uni<Void> discard(String id, String who, String reason) {
        return database.inTransaction(transaction -> store.lock(transaction, id)
                        .invoke(letter -> mustBeOpen(letter.summary()))
                        .chain(() -> store.set(transaction, id, Status.DISCARDED))
                        .chain(() ->
                                audit.note(transaction, new Deed(who, "dead-letter.discard", id, reason, "discarded"))))
                .invoke(() -> registry.counter("ballast.deadletters.discards").increment());
    }

    private Uni<Claim> claim(SqlConnection transaction, String id, String who, String how) {
        return store.lock(transaction, id).invoke(this::mustBeReplayable).chain(letter -> store.set(
                        transaction, id, Status.REPLAYING)
                .call(() -> audit.note(
                        transaction,
                        new Deed(
                                who, REPLAY, id, how + " to " + letter.summary().topic(), "started")))
                .map(began -> new Claim(letter, began, who)));
    }

    private Uni<Void> end(Claim claim, Status status, String outcome) {
        String id = claim.letter().summary().id();
        registry.counter("ballast.deadletters.replays", "outcome", outcome).increment();
        return database.inTransaction(transaction -> store.endReplay(transaction, id, claim.began(), status)
                .chain(() -> audit.note(
                        transaction,
                        new Deed(
                                claim.who(),
                                REPLAY,
                                id,
                                "to " + claim.letter().summary().topic(),
                                outcome))));
    }

    private void mustBeReplayable(StoredLetter letter) {
        LetterSummary summary = letter.summary();
        mustBeOpen(summary);
        if (!summary.knowsItsOrigin()) {
            throw DeadLetterException.noOrigin(summary);
        }
        if (summary.replays() >= settings.maxReplays()) {
            throw DeadLetterException.usedUp(summary, settings.maxReplays());
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
