package dev.ballast.deadletters;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// A bulk replay and how far it is.
@RegisterForReflection
record BulkRun(
        @Schema(examples = "3") long id,
        @Schema(examples = "ada") String who,
        @Schema(examples = "payments") String topic,
        @Nullable String error,
        @Nullable Instant from,
        @Nullable Instant to,
        @Schema(examples = "10") int ratePerSecond,

        @Schema(examples = "117", description = "letters it is to replay")
        int total,

        @Schema(examples = "60") int sent,

        @Schema(examples = "0", description = "letters that could not be sent and are open again")
        int failed,

        State state,
        Instant startedAt,
        @Nullable Instant endedAt) {

    /// How it is, or how it ended.
    enum State {
        RUNNING,
        /// Every letter was tried.
        DONE,
        /// Given up after failures one after another; what it did not reach is open.
        STOPPED,
        /// Its pod died; what it did not reach is open.
        LOST
    }

    /// What a bulk replay would do.
    @RegisterForReflection
    record Preview(
            @Schema(examples = "120", description = "open letters that the filter lets through")
            long matching,

            @Schema(
                    examples = "117",
                    description = "those of them that may be replayed: not too often, not too old, of known origin")
            long replayable,

            @Schema(examples = "117", description = "how many of those the limit allows")
            long wouldReplay) {}

    static BulkRun of(Row row) {
        return new BulkRun(
                row.getLong("id"),
                row.getString("who"),
                row.getString("topic"),
                row.getString("error"),
                instant(row.getOffsetDateTime("dead_from")),
                instant(row.getOffsetDateTime("dead_to")),
                row.getInteger("rate"),
                row.getInteger("total"),
                row.getInteger("sent"),
                row.getInteger("failed"),
                State.valueOf(row.getString("state")),
                row.getOffsetDateTime("started_at").toInstant(),
                instant(row.getOffsetDateTime("ended_at")));
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
