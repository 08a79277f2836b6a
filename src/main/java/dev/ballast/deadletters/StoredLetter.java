package dev.ballast.deadletters;

import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/// A letter with its bytes, as the index holds it.
///
/// @param tooOld whether it died first longer ago than a replay is safe
/// @param statusAt since when it has its status
/// @param sends how often its record was sent, or may have been
@SuppressWarnings("ArrayRecordComponent") // never compared
record StoredLetter(
        LetterSummary summary,
        byte @Nullable [] key,
        byte @Nullable [] value,
        Headers headers,
        String cause,
        String exception,
        @Nullable Instant firstFailureAt,
        Instant bornAt,
        boolean tooOld,
        OffsetDateTime statusAt,
        int sends) {

    static StoredLetter of(Row row) {
        OffsetDateTime firstFailure = row.getOffsetDateTime("first_failure_at");
        return new StoredLetter(
                LetterSummary.of(row),
                bytes(row, "key"),
                bytes(row, "value"),
                HeaderBytes.decode(Buffer.buffer(row.getBuffer("headers").getBytes())),
                row.getString("cause"),
                row.getString("exception"),
                firstFailure == null ? null : firstFailure.toInstant(),
                row.getOffsetDateTime("born_at").toInstant(),
                row.getBoolean("too_old"),
                row.getOffsetDateTime("status_at"),
                row.getInteger("sends"));
    }

    /// How often the record has been replayed so far, by this letter and those before.
    int replays() {
        return summary.replays() + sends;
    }

    private static byte @Nullable [] bytes(Row row, String column) {
        io.vertx.mutiny.core.buffer.Buffer bytes = row.getBuffer(column);
        return bytes == null ? null : bytes.getBytes();
    }
}
