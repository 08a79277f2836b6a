package dev.ballast.deadletters;

import static dev.ballast.deadletters.LetterCalls.awaitLetter;
import static dev.ballast.deadletters.LetterCalls.bytes;
import static dev.ballast.deadletters.LetterCalls.die;
import static dev.ballast.deadletters.LetterCalls.freeUserId;
import static dev.ballast.deadletters.LetterCalls.letter;
import static dev.ballast.deadletters.LetterCalls.number;
import static dev.ballast.deadletters.LetterCalls.operator;
import static dev.ballast.deadletters.LetterCalls.write;
import static dev.ballast.payments.PaymentCalls.deadLetters;
import static dev.ballast.payments.PaymentCalls.event;
import static dev.ballast.payments.PaymentCalls.orderId;
import static dev.ballast.payments.PaymentCalls.soon;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.database.Sql;
import dev.ballast.stack.Stack;
import dev.ballast.stack.StackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.path.json.JsonPath;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/// Dead letters are found, once each, and shown whole.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class DeadLetterIndexIT {
    Stack stack;

    @Test
    void record_notJsonAndBinary_isShownByteForByte() {
        byte[] key = {(byte) 0xff, 0, 1};
        byte[] value = {(byte) 0xc3, 0x28, 0, 9};
        byte[] garbage = {0, (byte) 0xfe};
        String id = write(stack, "payments", key, value, Map.of("garbage", garbage, "text", "tëxt".getBytes(UTF_8)));
        awaitLetter(id);

        operator()
                .get("/ops/dead-letters/{id}", id)
                .then()
                .statusCode(200)
                .body("id", equalTo(id))
                .body("topic", equalTo("payments"))
                .body("place", startsWith("payments_dlq-"))
                .body("status", equalTo("OPEN"))
                .body("error", equalTo("not-json"))
                .body("detail", equalTo("the value cannot be parsed as JSON"))
                .body("cause", startsWith("JsonParseException"))
                .body("exceptionClass", notNullValue())
                .body("attempts", equalTo(1))
                .body("replays", equalTo(0))
                .body("replayOf", nullValue())
                .body("traceId", matchesPattern("[0-9a-f]{32}"))
                .body("deadAt", notNullValue())
                .body("audit", equalTo(List.of()))
                .body("key.encoding", equalTo("base64"))
                .body("headers.name", hasItem("garbage"))
                .body("headers.name", not(hasItem(startsWith("dead-letter-"))))
                .body("headers.find { it.name == 'text' }.value.data", equalTo("tëxt"));
        JsonPath shown = letter(id);
        assertArrayEquals(key, Base64.getDecoder().decode(shown.getString("key.data")));
        assertArrayEquals(value, Base64.getDecoder().decode(shown.getString("value.data")));
        assertArrayEquals(
                garbage,
                Base64.getDecoder().decode(shown.getString("headers.find { it.name == 'garbage' }.value.data")));
    }

    @Test
    void record_withoutKeyAndValue_isShownAsSuch() {
        String id = write(stack, "payments", null, null, Map.of());
        awaitLetter(id);

        operator()
                .get("/ops/dead-letters/{id}", id)
                .then()
                .body("error", equalTo("null-key"))
                .body("key", nullValue())
                .body("value", nullValue());
    }

    @Test
    void list_filtered_hasWhatMatchesNewestFirst() {
        long user = freeUserId();
        String poison = die(stack, bytes(user), "{".getBytes(UTF_8));
        String first = die(stack, bytes(user), event(orderId(), user, 1).getBytes(UTF_8));
        String second = die(stack, bytes(user), event(orderId(), user, 1).getBytes(UTF_8));

        List<String> ids = operator()
                .get("/ops/dead-letters?topic=payments&status=OPEN&error=unknown-user&limit=500")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("letters.id");
        assertEquals(
                List.of(second, first),
                ids.stream().filter(List.of(first, second)::contains).toList());
        assertEquals(-1, ids.indexOf(poison));
        operator()
                .get("/ops/dead-letters?error=not-json&limit=500")
                .then()
                .body("letters.id", hasItem(poison))
                .body("letters.id", not(hasItem(first)));
        operator().get("/ops/dead-letters?topic=user-events&limit=500").then().body("letters.id", not(hasItem(first)));
        operator().get("/ops/dead-letters?status=DISCARDED&limit=500").then().body("letters.id", not(hasItem(first)));
        operator()
                .get("/ops/dead-letters?from={time}&limit=500", letter(second).getString("deadAt"))
                .then()
                .body("letters.id", hasItem(second))
                .body("letters.id", not(hasItem(poison)));
    }

    @Test
    void list_inPages_hasEveryLetterOnce() {
        long user = freeUserId();
        for (int i = 0; i < 3; i++) {
            die(stack, bytes(user), "{".getBytes(UTF_8));
        }
        List<String> whole =
                operator().get("/ops/dead-letters?limit=500").jsonPath().getList("letters.id");
        List<String> paged = new ArrayList<>();
        String cursor = null;
        do {
            JsonPath page = operator()
                    .get("/ops/dead-letters?limit=2" + (cursor == null ? "" : "&cursor=" + cursor))
                    .jsonPath();
            paged.addAll(page.getList("letters.id"));
            cursor = page.getString("next");
        } while (cursor != null && paged.size() < whole.size());
        assertEquals(whole, paged);
    }

    @Test
    void list_lastPageExactlyFull_namesNoNext() {
        die(stack, bytes(freeUserId()), "{".getBytes(UTF_8));
        int all = operator()
                .get("/ops/dead-letters?limit=500")
                .jsonPath()
                .getList("letters.id")
                .size();
        operator().get("/ops/dead-letters?limit=" + all).then().body("next", nullValue());
        die(stack, bytes(freeUserId()), "{".getBytes(UTF_8));
        operator().get("/ops/dead-letters?limit=" + all).then().body("next", notNullValue());
    }

    /// As when the group is rewound: the older letter's row is gone, the newer one's is not.
    @Test
    void letterOfATopicMadeAnew_readAgainAfterTheOlderOneExpired_isIndexedOnce() throws SQLException {
        String id = "anew-0-" + freeUserId();
        try (Connection sql = stack.sql();
                Statement statement = sql.createStatement()) {
            statement.execute("PREPARE letter (text, text, text, bytea, bytea, bytea, text, text, text, text, int,"
                    + " timestamptz, timestamptz, int, text, text, bigint) AS " + Sql.read("deadletters", "insert"));
            for (String letter : List.of("1 older", "2 older", "3 newer", "3 newer")) {
                index(statement, id, letter);
            }
            assertEquals(List.of(id, id + "~anew_dlq-0-3"), ids(statement, id));

            statement.execute("DELETE FROM dead_letters WHERE id = '" + id + "'");
            index(statement, id, "3 newer");
            assertEquals(List.of(id + "~anew_dlq-0-3"), ids(statement, id));
        }
    }

    private static void index(Statement statement, String id, String letter) throws SQLException {
        String[] offsetAndValue = letter.split(" ");
        statement.execute(
                "EXECUTE letter ('%s', 'anew', 'anew_dlq-0-%s', '', '%s', '', 'x', '', '', '', 1, NULL, NULL, 0,"
                                .formatted(id, offsetAndValue[0], offsetAndValue[1])
                        + " NULL, NULL, NULL)");
    }

    private static List<String> ids(Statement statement, String id) throws SQLException {
        List<String> ids = new ArrayList<>();
        try (ResultSet rows =
                statement.executeQuery("SELECT id FROM dead_letters WHERE id LIKE '" + id + "%' ORDER BY id")) {
            while (rows.next()) {
                ids.add(rows.getString(1));
            }
        }
        return ids;
    }

    /// As after a crash between the broker's acknowledgment and the offset.
    @Test
    void letter_writtenTwice_isIndexedOnce() {
        byte[] key = bytes(freeUserId());
        byte[] value = ("{" + orderId()).getBytes(UTF_8);
        String id = die(stack, key, value);
        String place = letter(id).getString("place");
        ConsumerRecord<byte[], byte[]> letter = deadLetters(stack).stream()
                .filter(each -> Arrays.equals(value, each.value()))
                .findFirst()
                .orElseThrow();
        Map<String, byte[]> headers = new HashMap<>();
        letter.headers().forEach(header -> headers.put(header.key(), header.value()));

        write(stack, "payments_dlq", key, value, headers);

        // of the same key, so it comes after the second one
        awaitLetter(write(stack, "payments_dlq", key, "marker".getBytes(UTF_8), Map.of()));
        assertEquals(1, number(stack, "SELECT count(*) FROM dead_letters WHERE id = '" + id + "'"));
        assertEquals(place, letter(id).getString("place"));
    }

    @Test
    void letter_thatSaysNothingOfItself_isIndexedByItsPlaceAndNotReplayed() {
        String id = write(
                stack,
                "payments_dlq",
                bytes(1),
                "a\0b".getBytes(UTF_8),
                Map.of("dead-letter-reason", "a\0b\u001b[31m".getBytes(UTF_8), "dead-letter-topic", bytes(1)));
        awaitLetter(id);

        operator()
                .get("/ops/dead-letters/{id}", id)
                .then()
                .body("error", equalTo("unknown"))
                .body("place", equalTo(id))
                .body("value.data", equalTo("a\0b"));
        operator()
                .post("/ops/dead-letters/{id}/replay", id)
                .then()
                .statusCode(409)
                .body("detail", equalTo(id + " does not say where it came from, so it can only be discarded"));
    }

    @Test
    void metrics_openLetters_areCounted() {
        die(stack, bytes(1), "{".getBytes(UTF_8));

        soon().untilAsserted(() -> {
            String metrics = given().get("/q/metrics").asString();
            assertEquals(1, count(metrics, "(?m)^ballast_deadletters_open\\{topic=\"payments\"\\} [1-9].*$"));
            assertEquals(1, count(metrics, "(?m)^ballast_deadletters_oldest_age_seconds\\{topic=\"payments\"\\} .*$"));
        });
        given().get("/q/metrics").then().body(matchesPattern("(?s).*ballast_messaging_records_total\\{[^}]*indexed.*"));
        assertEquals(0, number(stack, "SELECT count(*) FROM dead_letters WHERE topic LIKE '%_dlq_dlq'"));
    }

    private static long count(String text, String pattern) {
        return Pattern.compile(pattern).matcher(text).results().count();
    }
}
