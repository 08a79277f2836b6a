package dev.ballast.messaging;

import io.smallrye.mutiny.Uni;

/// One attempt at a record. Called on an event loop, so it must not block; called again for the same
/// record after a failure, a crash or a rebalance, so it must be idempotent.
@FunctionalInterface
public interface RecordHandler {
    Uni<Outcome> handle(InboundRecord record);
}
