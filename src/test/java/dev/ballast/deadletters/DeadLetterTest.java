package dev.ballast.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.ballast.kafka.InboundRecord;
import dev.ballast.kafka.RecordId;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeadLetterTest {
    private static final RecordId PLACE = new RecordId("payments_dlq", 1, 7);

    @Test
    void read_letter_tellsWhatItsHeadersSay() {
        Map<String, String> headers = whole();
        headers.put("mine", "own");
        headers.put("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");

        DeadLetter letter = read(headers);

        assertEquals(new RecordId("payments", 2, 42), letter.id());
        assertEquals(PLACE, letter.place());
        assertEquals("unknown-user", letter.reason());
        assertEquals("there is no account: none", letter.detail());
        assertEquals("IOException: gone", letter.cause());
        assertEquals("java.io.IOException", letter.exception());
        assertEquals(3, letter.attempts());
        assertEquals(Instant.parse("2026-01-01T00:00:00Z"), letter.firstFailureAt());
        assertEquals(Instant.parse("2026-01-01T00:00:01Z"), letter.deadAt());
        assertEquals(2, letter.replays());
        assertEquals(new RecordId("payments", 2, 40), letter.replayOf());
        assertEquals("4bf92f3577b34da6a3ce929d0e0e4736", letter.traceId());
        assertArrayEquals("k".getBytes(UTF_8), letter.key());
        assertArrayEquals("v".getBytes(UTF_8), letter.value());
        assertEquals(
                List.of("mine", "traceparent"),
                List.of(letter.headers().toArray()).stream().map(h -> h.key()).toList());
    }

    /// Whatever the clock said of the pod that wrote it.
    @Test
    void read_topicKeepsTheBrokersTime_thatCounts() {
        Instant appended = Instant.parse("2026-11-27T00:00:00Z");
        Headers headers = new RecordHeaders();
        headers.add("dead-letter-at", "2001-01-01T00:00:00Z".getBytes(UTF_8));

        assertEquals(
                appended,
                DeadLetter.read(new InboundRecord(PLACE, null, null, headers, appended))
                        .deadAt());
    }

    @Test
    void read_noHeaders_isIndexedByItsOwnPlace() {
        DeadLetter letter = read(Map.of());

        assertEquals(PLACE, letter.id());
        assertEquals("unknown", letter.reason());
        assertEquals(0, letter.attempts());
        assertEquals(0, letter.replays());
        assertNull(letter.deadAt());
        assertNull(letter.replayOf());
        assertNull(letter.traceId());
    }

    /// A forged one must not be replayed into just any topic.
    @ParameterizedTest
    @ValueSource(strings = {"payment-results", "payments_dlq", "", "payments\0", "PAYMENTS"})
    void read_originOfAnotherTopic_isNotBelieved(String topic) {
        Map<String, String> headers = whole();
        headers.put("dead-letter-topic", topic);

        assertEquals(PLACE, read(headers).id());
    }

    @ParameterizedTest
    @CsvSource({"dead-letter-partition,-1", "dead-letter-offset,x", "dead-letter-offset,99999999999999999999"})
    void read_originThatIsNone_isNotBelieved(String name, String text) {
        Map<String, String> headers = whole();
        headers.put(name, text);

        assertEquals(PLACE, read(headers).id());
        assertEquals("unknown", read(headers).reason());
    }

    @ParameterizedTest
    @ValueSource(strings = {"no colon", ": no word", "Two Words: x", "-: x"})
    void read_reasonWithoutAWord_isUnknownAndKeepsTheText(String reason) {
        Map<String, String> headers = whole();
        headers.put("dead-letter-reason", reason);

        assertEquals("unknown", read(headers).reason());
        assertEquals(reason, read(headers).detail());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "yesterday", "-999999999-01-01T00:00:00Z", "+999999999-01-01T00:00:00Z"})
    void read_timeThatCannotBe_isNone(String time) {
        Map<String, String> headers = whole();
        headers.put("dead-letter-at", time);

        assertNull(read(headers).deadAt());
    }

    @Test
    void read_garbageInEveryHeader_isReadAndStorable() {
        Random random = new Random(11);
        for (int round = 0; round < 300; round++) {
            Headers headers = new RecordHeaders();
            for (String name : whole().keySet()) {
                byte[] garbage = new byte[random.nextInt(3_000)];
                random.nextBytes(garbage);
                headers.add(name, random.nextInt(5) == 0 ? null : garbage);
            }
            DeadLetter letter = DeadLetter.read(new InboundRecord(PLACE, null, null, headers, null));
            for (String text : List.of(letter.reason(), letter.detail(), letter.cause(), letter.exception())) {
                assertFalse(text.contains("\0") || text.length() > 2_000);
            }
        }
    }

    private static DeadLetter read(Map<String, String> texts) {
        Headers headers = new RecordHeaders();
        texts.forEach((name, text) -> headers.add(name, text.getBytes(UTF_8)));
        return DeadLetter.read(new InboundRecord(PLACE, "k".getBytes(UTF_8), "v".getBytes(UTF_8), headers, null));
    }

    private static Map<String, String> whole() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("dead-letter-reason", "unknown-user: there is no account: none");
        headers.put("dead-letter-cause", "IOException: gone");
        headers.put("dead-letter-exception-class-name", "java.io.IOException");
        headers.put("dead-letter-topic", "payments");
        headers.put("dead-letter-partition", "2");
        headers.put("dead-letter-offset", "42");
        headers.put("dead-letter-attempts", "3");
        headers.put("dead-letter-first-failure-at", "2026-01-01T00:00:00Z");
        headers.put("dead-letter-at", "2026-01-01T00:00:01Z");
        headers.put("dead-letter-replays", "2");
        headers.put("dead-letter-replay-of", "payments-2-40");
        return headers;
    }
}
