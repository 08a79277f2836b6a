package dev.ballast.deadletters;

import dev.ballast.database.DatabaseUnavailable;
import dev.ballast.kafka.InboundRecord;
import dev.ballast.messaging.Outcome;
import dev.ballast.messaging.RecordHandler;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.jboss.logging.Logger;

/// Indexes what comes out of the dead-letter topics. A letter never becomes a dead letter itself: whatever fails is
/// tried again for as long as it takes.
@ApplicationScoped
class DeadLetterIndex implements RecordHandler {
    private static final Logger LOG = Logger.getLogger(DeadLetterIndex.class);

    private final DeadLetterStore store;

    @Inject
    DeadLetterIndex(DeadLetterStore store) {
        this.store = store;
    }

    @Override
    public String name() {
        return "dead-letters";
    }

    @Override
    public Uni<Outcome> handle(InboundRecord record) {
        return Uni.createFrom()
                .deferred(() -> store.add(DeadLetter.read(record)))
                .<Outcome>map(added -> new Outcome.Done(added ? "indexed" : "repeated"))
                .onFailure()
                .recoverWithItem(failure -> later(record, failure));
    }

    private static Outcome later(InboundRecord record, Throwable failure) {
        if (!(failure instanceof DatabaseUnavailable)) {
            LOG.warnf(failure, "The dead letter %s cannot be indexed, trying again", record.id());
        }
        return new Outcome.Later("postgresql", failure);
    }
}
