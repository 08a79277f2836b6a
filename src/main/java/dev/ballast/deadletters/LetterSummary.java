package dev.ballast.deadletters;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// A dead letter without the bytes of its record, as lists show it.
@RegisterForReflection
record LetterSummary(
        @Schema(examples = "payments-0-42", description = "topic-partition-offset of the record that died")
        String id,

        @Schema(examples = "payments") String topic,

        @Schema(examples = "payments_dlq-0-7", description = "where the letter lies")
        String place,

        Status status,

        @Schema(examples = "unknown-user", description = "the reason in a word")
        String error,

        @Schema(examples = "there is no account of user 4711")
        String detail,

        @Schema(examples = "1") int attempts,

        @Schema(examples = "2026-01-31T12:00:00.123Z") Instant deadAt,

        @Schema(examples = "0", description = "how often the record had been replayed before it died")
        int replays,

        @Schema(examples = "payments-0-40", description = "the letter it was replayed from") @Nullable
        String replayOf,

        @Schema(examples = "4bf92f3577b34da6a3ce929d0e0e4736") @Nullable
        String traceId,

        @Schema(
                examples = "104857600",
                description = "bytes of the record, where they are too many for a letter: it lies in its topic alone")
        @Nullable
        Long leftOut) {

    static LetterSummary of(Row row) {
        return new LetterSummary(
                row.getString("id"),
                row.getString("topic"),
                row.getString("place"),
                Status.valueOf(row.getString("status")),
                row.getString("reason"),
                row.getString("detail"),
                row.getInteger("attempts"),
                row.getOffsetDateTime("dead_at").toInstant(),
                row.getInteger("replays"),
                row.getString("replay_of"),
                row.getString("trace_id"),
                row.getLong("left_out"));
    }

    /// Whether the letter says which record it is of.
    boolean knowsItsOrigin() {
        return !id.equals(place);
    }

    /// Where a letter is on its way.
    enum Status {
        /// Waits for an operator.
        OPEN,
        /// Being sent; open again after a minute if the pod that sends it dies.
        REPLAYING,
        /// The brokers have the record again. Should it die again, that is a letter of its own.
        REPLAYED,
        /// An operator has given it up.
        DISCARDED
    }

    /// Some dead letters, newest first.
    @RegisterForReflection
    record Page(
            List<LetterSummary> letters,

            @Schema(examples = "17", description = "the cursor of the next page; null on the last one") @Nullable
            String next) {}
}
