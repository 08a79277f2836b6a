package dev.ballast.payments;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.ballast.kafka.InboundRecord;
import dev.ballast.kafka.RecordId;
import dev.ballast.payments.EventReader.Reading;
import java.time.Instant;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventReaderTest {
    private static final String EVENT = "{\"eventId\":\"e\",\"orderId\":\"o-1\",\"userId\":42,\"amount\":1999,"
            + "\"currency\":\"EUR\",\"occurredAt\":\"2026-01-01T00:00:00Z\"}";

    private final EventReader reader = new EventReader(100_000);

    @Test
    void read_eventOfThisService_isThePayment() {
        Payment payment = new Payment("o-1", 42, 1999, "EUR");
        Order order = Order.pending(payment, Instant.parse("2026-01-01T00:00:00Z"));

        Reading reading = reader.read(new InboundRecord(
                new RecordId("payments", 0, 0),
                PaymentEvent.key(order).getBytes(UTF_8),
                PaymentEvent.value(order),
                new RecordHeaders(),
                null));

        assertEquals(new Reading.Wellformed(payment), reading);
    }

    @Test
    void read_fieldOfANewerProducer_isLeftAlone() {
        assertInstanceOf(Reading.Wellformed.class, read("42", EVENT.replace("{", "{\"note\":{\"deep\":[1]},")));
    }

    @Test
    void read_timeWithOffset_isAccepted() {
        assertInstanceOf(Reading.Wellformed.class, read("42", EVENT.replace("00Z", "00+02:00")));
    }

    @Test
    void read_noKey_isPoison() {
        assertEquals("null-key", reason(read(null, EVENT)));
    }

    @Test
    void read_noValue_isPoison() {
        assertEquals("null-value", reason(read("42", null)));
    }

    @Test
    void read_keyOfAnotherUser_isPoison() {
        assertEquals("key-mismatch", reason(read("43", EVENT)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"o-1\"|\"\"|invalid-event",
                "\"o-1\"|\"a b\"|invalid-event",
                "\"o-1\"|\"../x\"|invalid-event",
                "\"o-1\"|7|invalid-event",
                "\"o-1\"|null|invalid-event",
                "\"e\"|\" \"|invalid-event",
                ":42|:\"42\"|invalid-event",
                ":42|:0|invalid-event",
                ":42|:-42|invalid-event",
                ":42|:true|invalid-event",
                ":42|:1000000000000000000|invalid-event",
                "1999|\"1999\"|invalid-event",
                "1999|1999.0|invalid-event",
                "1999|1e3|invalid-event",
                "1999|99999999999999999999|invalid-event",
                "1999|0|amount-out-of-range",
                "1999|-1|amount-out-of-range",
                "1999|100001|amount-out-of-range",
                "1999|-9223372036854775808|amount-out-of-range",
                "EUR|eur|unknown-currency",
                "EUR|EEE|unknown-currency",
                "\"EUR\"|978|invalid-event",
                "2026-01-01T00:00:00Z|yesterday|invalid-event",
                "\"amount\":1999|\"amount\":1,\"amount\":1999|not-json",
                "\"amount\":1999,||invalid-event",
                "Z\"}|Z\"} {}|not-json",
                "Z\"}|Z\"|not-json",
            })
    void read_eventWithAFlaw_isPoisonWithItsReason(String part, @Nullable String flaw, String reason) {
        assertEquals(reason, reason(read("42", EVENT.replace(part, flaw == null ? "" : flaw))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"[]|invalid-event", "42|invalid-event", "null|invalid-event", "``|invalid-event", "abc|not-json"})
    void read_noObject_isPoison(String value, String reason) {
        assertEquals(reason, reason(read("42", value)));
    }

    @Test
    void read_bytesThatAreNoText_isPoison() {
        byte[] bytes = {(byte) 0xc3, 0x28, 0, 1, (byte) 0xff};

        assertEquals(
                "not-json",
                reason(reader.read(
                        new InboundRecord(new RecordId("payments", 0, 0), bytes, bytes, new RecordHeaders(), null))));
    }

    @Test
    void read_nestedTooDeep_isPoison() {
        assertEquals("not-json", reason(read("42", "[".repeat(100_000))));
    }

    private Reading read(@Nullable String key, @Nullable String value) {
        return reader.read(
                new InboundRecord(new RecordId("payments", 0, 0), bytes(key), bytes(value), new RecordHeaders(), null));
    }

    private static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(UTF_8);
    }

    private static String reason(Reading reading) {
        return assertInstanceOf(Reading.Malformed.class, reading).poison().reason();
    }
}
