package dev.ballast.messaging;

import dev.ballast.kafka.InboundRecord;
import io.smallrye.mutiny.Uni;

/// What a feature does with the records of its topic. Every bean of this type gets a consumer of its own, with the
/// settings `ballast.messaging.consumers.<name>`.
public interface RecordHandler {
    /// Of the consumer: lower-case letters, digits and dashes. Unless configured otherwise it is the topic's too.
    String name();

    /// Whether its records are the dead letters of all other handlers, and it leaves none itself.
    default boolean readsDeadLetters() {
        return false;
    }

    /// One attempt at a record. Called on an event loop, on a context of the record's own, so it must not block;
    /// called again for the same record after a failure, a crash or a rebalance, so it must be idempotent. Records
    /// of one key come one after another, those of different keys side by side.
    Uni<Outcome> handle(InboundRecord record);

    /// The broker has the record as a dead letter. Called before the record is finished, again after a crash; a
    /// failure repeats it.
    default Uni<Void> deadLettered(InboundRecord record, Outcome.Poison why) {
        return Uni.createFrom().voidItem();
    }
}
