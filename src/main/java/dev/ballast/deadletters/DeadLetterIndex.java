package dev.ballast.deadletters;

import dev.ballast.audit.Audit;
import dev.ballast.audit.Deed;
import dev.ballast.database.DatabaseUnavailable;
import dev.ballast.deadletters.DeadLetterStore.Added;
import dev.ballast.kafka.InboundRecord;
import dev.ballast.messaging.Outcome;
import dev.ballast.messaging.RecordHandler;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import org.jboss.logging.Logger;

/// Indexes what comes out of the dead-letter topics. A letter never becomes a dead letter itself: whatever fails is
/// tried again for as long as it takes.
@ApplicationScoped
class DeadLetterIndex implements RecordHandler {
    private static final Logger LOG = Logger.getLogger(DeadLetterIndex.class);

    private final DeadLetterStore store;
    private final Audit audit;

    @Inject
    DeadLetterIndex(DeadLetterStore store, Audit audit) {
        this.audit = audit;
        this.store = store;
    }

    @Override
    public String name() {
        return "dead-letters";
    }

    @Override
    public boolean readsDeadLetters() {
        return true;
    }

    @Override
    public Uni<Outcome> handle(InboundRecord record) {
        return Uni.createFrom()
                .deferred(() -> store.add(DeadLetter.read(record)))
                .chain(added -> switch (added) {
                    case Added.New(var sent) -> note(sent).<Outcome>replaceWith(new Outcome.Done("indexed"));
                    case Added.Repeated _ -> Uni.createFrom().<Outcome>item(new Outcome.Done("repeated"));
                })
                .onFailure()
                .recoverWithItem(failure -> later(record, failure));
    }

    /// A letter that was open although its record had been sent is not open any more, as the record died again.
    private Uni<Void> note(Optional<String> sent) {
        return sent.map(id -> audit.note(new Deed(
                        DeadLetterUpkeep.WHO, Replays.ACTION, id, "its record was sent: it died again", "replayed")))
                .orElseGet(() -> Uni.createFrom().voidItem());
    }

    private static Outcome later(InboundRecord record, Throwable failure) {
        if (!(failure instanceof DatabaseUnavailable)) {
            LOG.warnf(failure, "The dead letter %s cannot be indexed, trying again", record.id());
        }
        return new Outcome.Later("postgresql", failure);
    }
}
