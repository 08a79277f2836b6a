package dev.ballast.deadletters;

import dev.ballast.database.Storable;
import dev.ballast.kafka.InboundRecord;
import dev.ballast.kafka.RecordId;
import dev.ballast.kafka.RecordTrace;
import dev.ballast.messaging.DeadLetterHeaders;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/// A record that died, as its letter tells.
///
/// @param id where the record came from; where the letter lies if that is not known
/// @param place where the letter lies
/// @param headers the record's own
/// @param reason one of a few words
/// @param deadAt when it died, by the brokers' clock if the topic has it, else if the letter says so in a way that can
///     be true
/// @param replays how often it had been replayed before
/// @param replayOf the letter it was last replayed from
/// @param leftOut the bytes of the record, where the letter has not got them
@SuppressWarnings("ArrayRecordComponent") // never compared
record DeadLetter(
        RecordId id,
        RecordId place,
        byte @Nullable [] key,
        byte @Nullable [] value,
        Headers headers,
        String reason,
        String detail,
        String cause,
        String exception,
        int attempts,
        @Nullable Instant firstFailureAt,
        @Nullable Instant deadAt,
        int replays,
        @Nullable RecordId replayOf,
        @Nullable String traceId,
        @Nullable Long leftOut) {

    static final String SUFFIX = "_dlq";
    static final String UNKNOWN = "unknown";

    private static final Pattern REASON = Pattern.compile("[a-z][a-z0-9-]{0,63}");
    private static final Pattern COUNT = Pattern.compile("[0-9]{1,6}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
    private static final int LONGEST = 2_000;
    private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

    /// Reads a letter. Anybody may write anything into the topic, so nothing in it is taken for granted and nothing
    /// makes the reading fail.
    static DeadLetter read(InboundRecord letter) {
        Headers headers = letter.headers();
        Headers own = new RecordHeaders(headers);
        DeadLetterHeaders.strip(own);
        SpanContext trace = Span.fromContext(RecordTrace.of(headers)).getSpanContext();
        String given = text(headers, DeadLetterHeaders.REASON);
        Optional<RecordId> origin = origin(headers, letter.topic());
        String reason = origin.map(_ -> word(given)).orElse(UNKNOWN);
        return new DeadLetter(
                origin.orElse(letter.id()),
                letter.id(),
                letter.key(),
                letter.value(),
                own,
                reason,
                reason.equals(UNKNOWN)
                        ? given
                        : given.substring(reason.length() + 1).strip(),
                text(headers, DeadLetterHeaders.CAUSE),
                text(headers, DeadLetterHeaders.EXCEPTION),
                count(headers, DeadLetterHeaders.ATTEMPTS),
                time(headers, DeadLetterHeaders.FIRST_FAILURE_AT),
                letter.appendedAt() == null ? time(headers, DeadLetterHeaders.AT) : letter.appendedAt(),
                count(headers, DeadLetterHeaders.REPLAYS),
                RecordId.parse(text(headers, DeadLetterHeaders.REPLAY_OF)).orElse(null),
                trace.isValid() ? trace.getTraceId() : null,
                number(headers, DeadLetterHeaders.LEFT_OUT));
    }

    /// Where the record came from. Only the topic that this one holds the letters of will do: else a forged letter
    /// could be replayed anywhere.
    private static Optional<RecordId> origin(Headers headers, String letters) {
        String topic = text(headers, DeadLetterHeaders.TOPIC);
        if (!letters.equals(topic + SUFFIX)) {
            return Optional.empty();
        }
        return RecordId.parse(topic + "-" + text(headers, DeadLetterHeaders.PARTITION) + "-"
                        + text(headers, DeadLetterHeaders.OFFSET))
                // a dash too many would else become the topic's
                .filter(id -> id.topic().equals(topic));
    }

    private static String word(String given) {
        int colon = given.indexOf(':');
        String word = colon < 0 ? "" : given.substring(0, colon);
        return REASON.matcher(word).matches() ? word : UNKNOWN;
    }

    private static String text(Headers headers, String name) {
        return Storable.text(DeadLetterHeaders.text(headers, name).orElse(""), LONGEST);
    }

    private static int count(Headers headers, String name) {
        String text = text(headers, name);
        return COUNT.matcher(text).matches() ? Integer.parseInt(text) : 0;
    }

    private static @Nullable Long number(Headers headers, String name) {
        String text = text(headers, name);
        return NUMBER.matcher(text).matches() ? Long.valueOf(text) : null;
    }

    private static @Nullable Instant time(Headers headers, String name) {
        try {
            Instant time = Instant.parse(text(headers, name));
            return time.isAfter(EARLIEST) && time.isBefore(LATEST) ? time : null;
        } catch (DateTimeParseException notATime) {
            return null;
        }
    }
}
