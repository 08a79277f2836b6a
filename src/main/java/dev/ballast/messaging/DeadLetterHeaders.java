package dev.ballast.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ballast.kafka.InboundRecord;
import dev.ballast.kafka.RecordId;
import dev.ballast.problem.RootCause;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/// The headers of a dead letter, all of them text; the record's own stay beside them. The names are those the Quarkus
/// connector uses, and some more.
public final class DeadLetterHeaders {
    public static final String REASON = "dead-letter-reason";
    public static final String CAUSE = "dead-letter-cause";
    public static final String EXCEPTION = "dead-letter-exception-class-name";
    public static final String TOPIC = "dead-letter-topic";
    public static final String PARTITION = "dead-letter-partition";
    public static final String OFFSET = "dead-letter-offset";
    public static final String ATTEMPTS = "dead-letter-attempts";
    public static final String FIRST_FAILURE_AT = "dead-letter-first-failure-at";
    public static final String AT = "dead-letter-at";
    /// How often the record has been replayed: set on a replayed record, and kept should it die again.
    public static final String REPLAYS = "dead-letter-replays";
    /// The dead letter that a replayed record comes from.
    public static final String REPLAY_OF = "dead-letter-replay-of";

    /// The bytes of a record that were too many for its letter.
    public static final String LEFT_OUT = "dead-letter-left-out";

    private static final String PREFIX = "dead-letter-";
    private static final int MAX_TEXT = 1_000;

    private DeadLetterHeaders() {}

    /// The headers of a record that becomes a dead letter.
    static Headers of(InboundRecord record, Outcome.Poison poison, Attempts attempts, boolean failed, Instant now) {
        Headers headers = new RecordHeaders(record.headers());
        Optional<String> replays = text(headers, REPLAYS);
        Optional<String> replayOf = text(headers, REPLAY_OF);
        strip(headers);
        RecordId id = record.id();
        put(headers, REASON, poison.reason() + ": " + poison.detail());
        Throwable cause = poison.cause();
        put(headers, CAUSE, cause == null ? "" : RootCause.of(cause));
        put(headers, EXCEPTION, cause == null ? "" : cause.getClass().getName());
        put(headers, TOPIC, id.topic());
        put(headers, PARTITION, Integer.toString(id.partition()));
        put(headers, OFFSET, Long.toString(id.offset()));
        put(headers, ATTEMPTS, Integer.toString(attempts.counted(failed)));
        put(headers, FIRST_FAILURE_AT, attempts.firstFailureAt().toString());
        put(headers, AT, now.toString());
        put(headers, REPLAYS, replays.orElse("0"));
        replayOf.ifPresent(origin -> put(headers, REPLAY_OF, origin));
        return headers;
    }

    /// The shortest that say where the record comes from and why it is here, for a topic that takes no more.
    static Headers trimmed(Headers full) {
        Headers headers = new RecordHeaders(full);
        List.of(CAUSE, EXCEPTION, FIRST_FAILURE_AT, AT, ATTEMPTS).forEach(headers::remove);
        text(full, REASON)
                .ifPresent(reason -> put(
                        headers,
                        REASON,
                        reason.substring(0, reason.contains(": ") ? reason.indexOf(": ") : reason.length())));
        return headers;
    }

    /// Those of a letter without its record.
    ///
    /// @param leftOut the bytes of the record, about
    static Headers withoutOwn(Headers full, int leftOut) {
        Headers headers = new RecordHeaders();
        for (Header header : full) {
            if (header.key().startsWith(PREFIX)) {
                headers.add(header);
            }
        }
        put(headers, LEFT_OUT, Integer.toString(leftOut));
        return headers;
    }

    /// Removes all of them, so that the record's own are left.
    public static void strip(Headers headers) {
        for (Header header : headers.toArray()) {
            if (header.key().startsWith(PREFIX)) {
                headers.remove(header.key());
            }
        }
    }

    /// The text of a header; empty where there is none.
    public static Optional<String> text(Headers headers, String name) {
        return Optional.ofNullable(headers.lastHeader(name)).map(Header::value).map(DeadLetterHeaders::decoded);
    }

    public static void put(Headers headers, String name, String text) {
        headers.remove(name)
                .add(name, text.substring(0, Math.min(text.length(), MAX_TEXT)).getBytes(UTF_8));
    }

    private static @Nullable String decoded(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, UTF_8);
    }
}
