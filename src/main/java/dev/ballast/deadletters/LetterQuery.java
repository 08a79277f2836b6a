package dev.ballast.deadletters;

import dev.ballast.deadletters.LetterSummary.Status;
import dev.ballast.kafka.RecordId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Which letters are asked for.
record LetterQuery(
        @Nullable String topic,
        @Nullable Status status,
        @Nullable String error,
        @Nullable OffsetDateTime from,
        int limit,
        @Nullable Long cursor) {
    private static final int LIMIT = 50;
    private static final int MAX_LIMIT = 500;
    private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");
    private static final Pattern ERROR = Pattern.compile("[a-z][a-z0-9-]{0,63}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    /// @throws DeadLetterException where a parameter is not what it must be
    static LetterQuery of(
            @Nullable String topic,
            @Nullable String status,
            @Nullable String error,
            @Nullable String from,
            @Nullable String limit,
            @Nullable String cursor) {
        return new LetterQuery(
                topic == null ? null : topic(topic),
                status == null ? null : status(status),
                error == null ? null : error(error),
                time("from", from),
                limit == null ? LIMIT : (int) within("limit", limit, MAX_LIMIT),
                cursor == null ? null : cursor(cursor));
    }

    static String topic(String text) {
        if (!TOPIC.matcher(text).matches()) {
            throw DeadLetterException.invalid("topic must be a topic's name: 1 to 249 characters of A-Z a-z 0-9 . _ -");
        }
        return text;
    }

    static String error(String text) {
        if (!ERROR.matcher(text).matches()) {
            throw DeadLetterException.invalid("error must be a reason's word such as unknown-user");
        }
        return text;
    }

    static @Nullable OffsetDateTime time(String name, @Nullable String text) {
        try {
            OffsetDateTime time = text == null ? null : Instant.parse(text).atOffset(ZoneOffset.UTC);
            if (time == null || (time.getYear() > 0 && time.getYear() < 10_000)) {
                return time;
            }
        } catch (DateTimeParseException notATime) {
            // refused below
        }
        throw DeadLetterException.invalid(name + " must be a time of RFC 3339 such as 2026-01-31T12:00:00Z");
    }

    /// @throws DeadLetterException for what cannot be a letter's id
    static String id(String text) {
        return Arrays.stream(text.split("~", 2))
                .map(part -> RecordId.parse(part)
                        .map(RecordId::toString)
                        .orElseThrow(() -> DeadLetterException.invalid(
                                "the id of a dead letter is topic-partition-offset, such as payments-0-42, and of a topic"
                                        + " that was made anew its place besides: payments-0-42~payments_dlq-0-7")))
                .collect(Collectors.joining("~"));
    }

    /// @throws DeadLetterException for what cannot be a bulk replay's number
    static long run(String text) {
        return within("the number of a bulk replay", text, Long.MAX_VALUE);
    }

    private static Status status(String text) {
        return Arrays.stream(Status.values())
                .filter(status -> status.name().equals(text))
                .findFirst()
                .orElseThrow(
                        () -> DeadLetterException.invalid("status must be one of " + Arrays.toString(Status.values())));
    }

    private static long cursor(String text) {
        if (!NUMBER.matcher(text).matches()) {
            throw DeadLetterException.invalid("cursor must be what a page named as next");
        }
        return Long.parseLong(text);
    }

    private static long within(String name, String text, long max) {
        long number = NUMBER.matcher(text).matches() ? Long.parseLong(text) : 0;
        if (number < 1 || number > max) {
            throw DeadLetterException.invalid(
                    name + " must be a positive whole number" + (max == Long.MAX_VALUE ? "" : " up to " + max));
        }
        return number;
    }
}
