package dev.ballast.payments;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ballast.kafka.InboundRecord;
import dev.ballast.messaging.Outcome.Poison;
import dev.ballast.problem.CurrencyCode;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the records of the topic `payments`, which any producer may write, so nothing is taken for granted.
/// Fields that are not known are left alone: a newer producer may add some. The tree is read by hand, so
/// that no value is converted silently (`"5"`, `5.0` and `true` are no amounts).
final class EventReader {
    /// An event id is stored nowhere; the bound keeps it fit for logs.
    private static final int EVENT_ID_LENGTH = 128;

    private static final JsonMapper JSON = JsonMapper.builder()
            // two amounts in one event: there is no telling which one was meant
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final Pattern ORDER_ID = Pattern.compile(Ids.ORDER);

    private final long maxAmount;

    EventReader(long maxAmount) {
        this.maxAmount = maxAmount;
    }

    /// What a record says.
    sealed interface Reading {
        record Wellformed(Payment payment) implements Reading {}

        record Malformed(Poison poison) implements Reading {}
    }

    Reading read(InboundRecord record) {
        try {
            return new Reading.Wellformed(payment(record));
        } catch (Flaw flaw) {
            return new Reading.Malformed(new Poison(flaw.reason, String.valueOf(flaw.getMessage()), flaw.getCause()));
        }
    }

    private Payment payment(InboundRecord record) throws Flaw {
        byte[] key = present(record.key(), "null-key", "the key must be the user id");
        JsonNode event = parse(present(record.value(), "null-value", "the value must be a JSON object"));
        eventId(event);
        Payment payment = new Payment(orderId(event), userId(event), amount(event), currency(event));
        occurredAt(event);
        if (!new String(key, UTF_8).equals(Long.toString(payment.userId()))) {
            throw new Flaw("key-mismatch", "the key must be the userId of the value, or the order is lost", null);
        }
        return payment;
    }

    private static byte[] present(byte @Nullable [] bytes, String reason, String detail) throws Flaw {
        if (bytes == null) {
            throw new Flaw(reason, detail, null);
        }
        return bytes;
    }

    private static JsonNode parse(byte[] value) throws Flaw {
        try {
            JsonNode event = JSON.readTree(value);
            if (!event.isObject()) {
                throw new Flaw("invalid-event", "the value must be a JSON object", null);
            }
            return event;
        } catch (IOException notJson) {
            throw new Flaw("not-json", "the value cannot be parsed as JSON", notJson);
        }
    }

    private static void eventId(JsonNode event) throws Flaw {
        String id = text(event, "eventId");
        require(!id.isBlank() && id.length() <= EVENT_ID_LENGTH, "eventId must have 1 to 128 characters");
    }

    private static String orderId(JsonNode event) throws Flaw {
        String id = text(event, "orderId");
        require(ORDER_ID.matcher(id).matches(), "orderId " + Ids.ORDER_RULE);
        return id;
    }

    private static long userId(JsonNode event) throws Flaw {
        long id = integer(event, "userId");
        require(id >= 1 && id <= Ids.MAX_USER, "userId " + Ids.USER_RULE);
        return id;
    }

    private long amount(JsonNode event) throws Flaw {
        long amount = integer(event, "amount");
        if (amount < 1 || amount > maxAmount) {
            throw new Flaw("amount-out-of-range", "amount %d is not within 1 to %d".formatted(amount, maxAmount), null);
        }
        return amount;
    }

    private static String currency(JsonNode event) throws Flaw {
        String code = text(event, "currency");
        if (!CurrencyCode.Known.isKnown(code)) {
            throw new Flaw("unknown-currency", "currency must be a code of ISO 4217", null);
        }
        return code;
    }

    private static void occurredAt(JsonNode event) throws Flaw {
        try {
            var unused = Instant.parse(text(event, "occurredAt"));
        } catch (DateTimeParseException notATime) {
            throw new Flaw("invalid-event", "occurredAt must be a time of RFC 3339", notATime);
        }
    }

    private static String text(JsonNode event, String field) throws Flaw {
        JsonNode value = event.path(field);
        require(value.isTextual(), field + " must be a string");
        return value.textValue();
    }

    private static long integer(JsonNode event, String field) throws Flaw {
        JsonNode value = event.path(field);
        require(value.isIntegralNumber() && value.canConvertToLong(), field + " must be a whole number of 64 bits");
        return value.longValue();
    }

    private static void require(boolean fulfilled, String detail) throws Flaw {
        if (!fulfilled) {
            throw new Flaw("invalid-event", detail, null);
        }
    }

    /// Leaves the reading at the first thing that is wrong; never leaves this class.
    private static final class Flaw extends Exception {
        private final String reason;

        Flaw(String reason, String detail, @Nullable Throwable cause) {
            super(detail, cause, false, false);
            this.reason = reason;
        }
    }
}
