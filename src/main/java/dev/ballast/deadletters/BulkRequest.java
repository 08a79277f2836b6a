package dev.ballast.deadletters;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.OffsetDateTime;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The body of a bulk replay.
@RegisterForReflection
record BulkRequest(
        @Schema(examples = "payments", required = true, description = "where the records came from") @Nullable
        String topic,

        @Nullable Filter filter,

        @Schema(examples = "true", description = "only count; false where it is left out") @Nullable
        Boolean dryRun,

        @Schema(examples = "1000", description = "letters at most; 1000 where it is left out") @Nullable
        Integer limit,

        @Schema(examples = "10", description = "letters a second at most; 10 where it is left out") @Nullable
        Integer ratePerSecond) {
    private static final int LIMIT = 1_000;
    private static final int RATE = 10;

    /// Which of the open letters.
    @RegisterForReflection
    record Filter(
            @Schema(examples = "unknown-user", description = "the reason in a word") @Nullable
            String error,

            @Schema(examples = "2026-01-31T00:00:00Z", description = "died at this time or later") @Nullable
            String from,

            @Schema(examples = "2026-02-01T00:00:00Z", description = "died before this time") @Nullable
            String to) {}

    /// The request, checked.
    record Bulk(
            String topic,
            @Nullable String error,
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime to,
            boolean dryRun,
            int limit,
            int rate) {

        /// Which letters, for the audit.
        String words() {
            return topic
                    + (error == null ? "" : ", error " + error)
                    + (from == null ? "" : ", from " + from)
                    + (to == null ? "" : ", to " + to);
        }
    }

    /// @throws DeadLetterException where something is missing or out of bounds
    Bulk checked(DeadLetterSettings settings) {
        if (topic == null) {
            throw DeadLetterException.invalid("topic must name the topic that the records came from");
        }
        Filter wanted = filter == null ? new Filter(null, null, null) : filter;
        String error = wanted.error();
        OffsetDateTime from = LetterQuery.time("filter.from", wanted.from());
        OffsetDateTime to = LetterQuery.time("filter.to", wanted.to());
        if (from != null && to != null && !from.isBefore(to)) {
            throw DeadLetterException.invalid("filter.from must be before filter.to");
        }
        return new Bulk(
                LetterQuery.topic(topic),
                error == null ? null : LetterQuery.error(error),
                from,
                to,
                Boolean.TRUE.equals(dryRun),
                within("limit", limit, LIMIT, settings.maxBulk()),
                within("ratePerSecond", ratePerSecond, RATE, settings.maxRate()));
    }

    private static int within(String name, @Nullable Integer given, int otherwise, int max) {
        int number = given == null ? Math.min(otherwise, max) : given;
        if (number < 1 || number > max) {
            throw DeadLetterException.invalid(name + " must be a whole number from 1 to " + max);
        }
        return number;
    }
}
