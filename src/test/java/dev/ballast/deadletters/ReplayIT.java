package dev.ballast.deadletters;

import static dev.ballast.deadletters.LetterCalls.awaitLetter;
import static dev.ballast.deadletters.LetterCalls.bytes;
import static dev.ballast.deadletters.LetterCalls.die;
import static dev.ballast.deadletters.LetterCalls.execute;
import static dev.ballast.deadletters.LetterCalls.forge;
import static dev.ballast.deadletters.LetterCalls.freeUserId;
import static dev.ballast.deadletters.LetterCalls.letter;
import static dev.ballast.deadletters.LetterCalls.operator;
import static dev.ballast.deadletters.LetterCalls.write;
import static dev.ballast.deadletters.LetterCalls.writeCompressed;
import static dev.ballast.payments.PaymentCalls.balance;
import static dev.ballast.payments.PaymentCalls.deadLetters;
import static dev.ballast.payments.PaymentCalls.event;
import static dev.ballast.payments.PaymentCalls.orderId;
import static dev.ballast.payments.PaymentCalls.soon;
import static dev.ballast.payments.PaymentCalls.status;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ballast.stack.Pod;
import dev.ballast.stack.Server;
import dev.ballast.stack.Stack;
import dev.ballast.stack.StackResource;
import dev.ballast.stack.Tokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Letters whose cause is gone are replayed, those that can never succeed are discarded, one at a time.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class ReplayIT {
    private static final int MAX_ATTEMPTS = 5;

    Stack stack;

    @AfterEach
    void heal() {
        stack.heal();
    }

    @Test
    void replay_causeGone_settlesTheOrderOnce() {
        long user = freeUserId();
        String order = orderId();
        String id = die(stack, bytes(user), event(order, user, 40).getBytes(UTF_8));
        soon().until(() -> status(order), equalTo("DEAD_LETTERED"));
        openAccount(user, 100);

        String trace = operator()
                .post("/ops/dead-letters/{id}/replay", id)
                .then()
                .statusCode(200)
                .body("id", equalTo(id))
                .body("status", equalTo("REPLAYED"))
                .extract()
                .jsonPath()
                .getString("traceId");

        soon().until(() -> status(order), equalTo("COMPLETED"));
        assertEquals(60, balance(user));
        JsonPath letter = letter(id);
        assertEquals("REPLAYED", letter.getString("status"));
        assertEquals(List.of("replayed", "started"), letter.getList("audit.outcome"));
        assertEquals(List.of("local-operator", "local-operator"), letter.getList("audit.who"));
        assertNotEquals(letter.getString("traceId"), trace);
        operator()
                .post("/ops/dead-letters/{id}/replay", id)
                .then()
                .statusCode(409)
                .body("detail", containsString("is REPLAYED; only an OPEN letter"));
    }

    /// PostgreSQL refuses the row for a reason that the service does not know, so it tries again, and then gives up.
    @Test
    void replay_attemptsWereExhaustedAndTheCauseIsGone_settlesTheOrderOnce() {
        long user = freeUserId();
        String order = orderId();
        openAccount(user, 100);
        execute(stack, """
                CREATE FUNCTION refuse_order() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE 'refused by a test' USING ERRCODE = 'data_exception'; END $$""", """
                CREATE TRIGGER refuse_order BEFORE INSERT OR UPDATE ON orders FOR EACH ROW
                WHEN (NEW.order_id = '%s' AND NEW.status = 'COMPLETED') EXECUTE FUNCTION refuse_order()""".formatted(order));
        String id;
        try {
            id = die(stack, bytes(user), event(order, user, 40).getBytes(UTF_8));
        } finally {
            execute(stack, "DROP FUNCTION refuse_order CASCADE");
        }
        JsonPath letter = letter(id);
        assertEquals("attempts-exhausted", letter.getString("error"));
        assertEquals(MAX_ATTEMPTS, letter.getInt("attempts"));
        assertEquals("failed " + MAX_ATTEMPTS + " times", letter.getString("detail"));
        assertThat(letter.getString("cause"), containsString("refused by a test"));
        soon().until(() -> status(order), equalTo("DEAD_LETTERED"));
        assertEquals(100, balance(user));

        replay(id);

        soon().until(() -> status(order), equalTo("COMPLETED"));
        assertEquals(60, balance(user));
    }

    @Test
    void replay_diesAgain_isANewLetterOfTheSameRecord() {
        long user = freeUserId();
        byte[] value = event(orderId(), user, 40).getBytes(UTF_8);
        byte[] mine = {0, 7, (byte) 0xff};
        String id = write(stack, "payments", bytes(user), value, Map.of("mine", mine));
        awaitLetter(id);

        String trace = replay(id).getString("traceId");

        String again = replayed(id);
        JsonPath letter = letter(again);
        assertEquals(1, letter.getInt("replays"));
        assertEquals(id, letter.getString("replayOf"));
        assertEquals("OPEN", letter.getString("status"));
        assertEquals(new String(value, UTF_8), letter.getString("value.data"));
        assertEquals(trace, letter.getString("traceId"));
        assertEquals(letter(id).getString("bornAt"), letter.getString("bornAt"));
        ConsumerRecord<byte[], byte[]> record = deadLetters(stack, "payments").stream()
                .filter(each -> again.equals("payments-" + each.partition() + "-" + each.offset()))
                .findFirst()
                .orElseThrow();
        assertArrayEquals(bytes(user), record.key());
        assertArrayEquals(mine, record.headers().lastHeader("mine").value());
        assertEquals(
                "1",
                new String(record.headers().lastHeader("dead-letter-replays").value(), UTF_8));
        assertEquals(null, record.headers().lastHeader("dead-letter-reason"));
        replay(again);
        assertEquals(2, letter(replayed(again)).getInt("replays"));
    }

    @Test
    void replay_tooOften_isRefusedWithTheLimit() {
        long user = freeUserId();
        byte[] value = event(orderId(), user, 40).getBytes(UTF_8);
        String id = write(stack, "payments", bytes(user), value, Map.of("dead-letter-replays", "5".getBytes(UTF_8)));
        awaitLetter(id);

        refused(id, "was replayed 5 times, at most 5 are allowed");
        assertEquals("OPEN", letter(id).getString("status"));
    }

    @Test
    void replay_longAfterTheFirstDeath_isRefused() {
        String id = die(stack, bytes(1), "{".getBytes(UTF_8));
        execute(stack, "UPDATE dead_letters SET born_at = now() - interval '61 days' WHERE id = '" + id + "'");

        refused(id, "died first more than 60 days ago");
    }

    /// Compressed it fits into its topic, and unpacked no producer may send it.
    @Test
    void recordTooLargeForALetter_hasOneThatSaysWhereItIs() {
        String id = writeCompressed(stack, "payments", bytes(1), new byte[65 * 1024 * 1024]);
        awaitLetter(id);

        JsonPath letter = letter(id);
        assertEquals("not-json", letter.getString("error"));
        assertEquals("OPEN", letter.getString("status"));
        assertNull(letter.getString("value"));
        assertThat(letter.getLong("leftOut"), greaterThan(65L * 1024 * 1024));
        refused(id, "it lies in its topic alone, so it can only be discarded");
        operator()
                .body("{\"reason\":\"nobody can read it\"}")
                .delete("/ops/dead-letters/{id}", id)
                .then()
                .statusCode(204);
    }

    @Test
    void letterOfATopicMadeAnew_isAnother() {
        String id = die(stack, bytes(1), "{".getBytes(UTF_8));
        // as if this one's record had lain in a topic of the same name before
        execute(
                stack,
                "UPDATE dead_letters SET place = 'payments_dlq-0-999999', value = 'older' WHERE id = '" + id + "'");
        String[] origin = id.split("-");
        String place = write(
                stack,
                "payments_dlq",
                bytes(1),
                "{".getBytes(UTF_8),
                Map.of(
                        "dead-letter-reason", "not-json: of a topic made anew".getBytes(UTF_8),
                        "dead-letter-topic", origin[0].getBytes(UTF_8),
                        "dead-letter-partition", origin[1].getBytes(UTF_8),
                        "dead-letter-offset", origin[2].getBytes(UTF_8)));
        String anew = id + "~" + place;
        awaitLetter(anew);
        assertEquals("older", letter(id).getString("value.data"));
        assertEquals("{", letter(anew).getString("value.data"));
        operator().post("/ops/dead-letters/{id}/replay", anew).then().statusCode(200);
    }

    @Test
    void replay_kafkaDown_saysSoAndLeavesTheLetterOpen() {
        String id = die(stack, bytes(1), "{".getBytes(UTF_8));
        stack.kill(Server.KAFKA);

        operator()
                .post("/ops/dead-letters/{id}/replay", id)
                .then()
                .statusCode(503)
                .header("Retry-After", "1")
                .body("detail", containsString("is open again"));

        JsonPath letter = letter(id);
        assertEquals(0, letter.getInt("sends"));
        assertEquals("OPEN", letter.getString("status"));
        assertEquals(List.of("failed", "started"), letter.getList("audit.outcome"));
    }

    @Test
    void replaying_abandonedByItsPod_isOpenAgain() {
        String id = die(stack, bytes(1), "{".getBytes(UTF_8));
        execute(
                stack,
                "UPDATE dead_letters SET status = 'REPLAYING', status_at = now() - interval '61 seconds' WHERE id = '"
                        + id + "'");

        soon().until(() -> letter(id).getString("status"), equalTo("OPEN"));
        assertEquals(List.of("abandoned"), letter(id).getList("audit.outcome"));
    }

    /// Nobody can know whether the record was sent, so it counts.
    @Test
    void replay_podKilledAfterTheBrokersHaveTheRecord_isCountedAndSafeToRepeat() throws Exception {
        long user = freeUserId();
        String order = orderId();
        String id = die(stack, bytes(user), event(order, user, 40).getBytes(UTF_8));
        openAccount(user, 100);
        try (Pod doomed = stack.pod("replays")
                .property("ballast.failpoint", "replay-after-publish")
                .start()) {
            assertThrows(IOException.class, () -> post(doomed.url() + "/ops/dead-letters/" + id + "/replay"));
            assertEquals(OptionalInt.of(137), doomed.awaitEnd(Duration.ofSeconds(20)));
        }
        assertEquals("REPLAYING", letter(id).getString("status"));
        assertEquals(1, letter(id).getInt("sends"));

        abandon(id);
        soon().until(() -> letter(id).getString("status"), equalTo("OPEN"));
        replay(id);

        assertEquals(
                List.of("replayed", "started", "abandoned", "started"),
                letter(id).getList("audit.outcome"));
        soon().until(() -> status(order), equalTo("COMPLETED"));
        assertEquals(60, balance(user));
        assertEquals(List.of("1", "2"), replaysOf(id));
    }

    @Test
    void replaying_abandonedAndDiedAgain_isReplayed() {
        String id = die(stack, bytes(1), "{".getBytes(UTF_8));
        execute(stack, "UPDATE dead_letters SET status = 'REPLAYING', sends = 1 WHERE id = '" + id + "'");
        awaitLetter(write(stack, "payments", bytes(1), "{".getBytes(UTF_8), replayOf(id)));

        abandon(id);

        soon().until(() -> letter(id).getString("status"), equalTo("REPLAYED"));
        assertEquals(List.of("replayed"), letter(id).getList("audit.outcome"));
    }

    @Test
    void open_sentAndDiedAgain_isReplayed() {
        String id = die(stack, bytes(1), "{".getBytes(UTF_8));
        execute(stack, "UPDATE dead_letters SET sends = 1 WHERE id = '" + id + "'");

        awaitLetter(write(stack, "payments", bytes(1), "{".getBytes(UTF_8), replayOf(id)));

        assertEquals("REPLAYED", letter(id).getString("status"));
        soon().until(() -> letter(id).getList("audit.outcome"), equalTo(List.of("replayed")));
    }

    @Test
    void open_neverSent_isNotClosedByARecordThatSaysSo() {
        String id = die(stack, bytes(1), "{".getBytes(UTF_8));

        awaitLetter(write(stack, "payments", bytes(1), "{".getBytes(UTF_8), replayOf(id)));

        assertEquals("OPEN", letter(id).getString("status"));
    }

    @Test
    void replay_topicGone_isRefusedAndMakesNone() {
        String id = forge(stack, "gone", 32);

        refused(id, "the topic gone of " + id + " is gone");
        refused(id, "the topic gone of " + id + " is gone");

        assertEquals("OPEN", letter(id).getString("status"));
        assertEquals(0, letter(id).getInt("sends"));
    }

    @Test
    void replay_largerThanItsTopicTakes_isRefusedWithTheReason() {
        String id = forge(stack, "payments", 1_600_000);

        refused(id, "is larger than the topic payments takes");

        assertEquals("OPEN", letter(id).getString("status"));
        assertEquals(0, letter(id).getInt("sends"));
        execute(stack, "DELETE FROM dead_letters WHERE id = '" + id + "'");
    }

    @Test
    void replaying_forLessThanAMinute_isLeftAlone() {
        String id = die(stack, bytes(1), "{".getBytes(UTF_8));
        execute(stack, "UPDATE dead_letters SET status = 'REPLAYING', status_at = now() WHERE id = '" + id + "'");

        refused(id, "is REPLAYING; only an OPEN letter");
        operator()
                .body("{\"reason\":\"x\"}")
                .delete("/ops/dead-letters/{id}", id)
                .then()
                .statusCode(409);
        // else it would be found abandoned, and noted as such, in the middle of another test
        execute(stack, "UPDATE dead_letters SET status = 'OPEN' WHERE id = '" + id + "'");
    }

    @Test
    void discard_withAReason_isFinalAndAudited() {
        String id = die(stack, bytes(1), "{".getBytes(UTF_8));
        for (String body : new String[] {"{}", "{\"reason\":\" \"}", "{\"reason\":\"" + "x".repeat(501) + "\"}"}) {
            operator()
                    .body(body)
                    .delete("/ops/dead-letters/{id}", id)
                    .then()
                    .statusCode(400)
                    .body("detail", containsString("reason must say why"));
        }

        operator()
                .body("{\"reason\":\"never was JSON, ticket 123\"}")
                .delete("/ops/dead-letters/{id}", id)
                .then()
                .statusCode(204);

        assertEquals("DISCARDED", letter(id).getString("status"));
        refused(id, "is DISCARDED");
        operator()
                .body("{\"reason\":\"again\"}")
                .delete("/ops/dead-letters/{id}", id)
                .then()
                .statusCode(409);
        operator()
                .get("/ops/audit?action=dead-letter.discard&limit=1")
                .then()
                .statusCode(200)
                .body("entries[0].target", equalTo(id))
                .body("entries[0].who", equalTo("local-operator"))
                .body("entries[0].detail", equalTo("never was JSON, ticket 123"))
                .body("entries[0].outcome", equalTo("discarded"));
    }

    @Test
    void audit_inPages_hasEveryDeedOnce() {
        String id = die(stack, bytes(freeUserId()), "{".getBytes(UTF_8));
        replay(id);

        JsonPath first = operator().get("/ops/audit?limit=1").jsonPath();
        assertEquals("replayed", first.getString("entries[0].outcome"));
        operator()
                .get("/ops/audit?limit=1&cursor=" + first.getString("next"))
                .then()
                .body("entries[0].outcome", equalTo("started"));
        operator().get("/ops/audit?action=nothing").then().body("entries", equalTo(List.of()));
        operator()
                .get("/ops/audit?limit=500")
                .then()
                .body("entries.findAll { it.target == '" + id + "' }.outcome", hasItems("replayed", "started"))
                .body("entries.action", not(hasItems("nothing")));
    }

    private static void refused(String id, String why) {
        operator()
                .post("/ops/dead-letters/{id}/replay", id)
                .then()
                .statusCode(409)
                .body("detail", containsString(why));
    }

    /// As if its pod had died long enough ago.
    private void abandon(String id) {
        execute(
                stack,
                "UPDATE dead_letters SET status_at = now() - interval '61 seconds' WHERE status = 'REPLAYING' AND id = '"
                        + id + "'");
    }

    private static Map<String, byte[]> replayOf(String id) {
        return Map.of("dead-letter-replay-of", id.getBytes(UTF_8), "dead-letter-replays", bytes(1));
    }

    private List<String> replaysOf(String id) {
        return deadLetters(stack, "payments").stream()
                .filter(record -> record.headers().lastHeader("dead-letter-replay-of") != null)
                .filter(record -> id.equals(new String(
                        record.headers().lastHeader("dead-letter-replay-of").value(), UTF_8)))
                .map(record -> new String(
                        record.headers().lastHeader("dead-letter-replays").value(), UTF_8))
                .toList();
    }

    private static void post(String url) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", "Bearer " + Tokens.operator())
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding());
    }

    private static JsonPath replay(String id) {
        return operator()
                .post("/ops/dead-letters/{id}/replay", id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    /// The id of the letter that came of a replay.
    private static String replayed(String id) {
        return soon().until(
                        () -> operator()
                                .get("/ops/dead-letters?topic=payments&limit=500")
                                .jsonPath()
                                .<String>getList("letters.findAll { it.replayOf == '" + id + "' }.id"),
                        hasSize(1))
                .getFirst();
    }

    /// Ids are given out one after another, so an account of a certain one is opened by hand.
    private void openAccount(long user, long balance) {
        execute(
                stack,
                "INSERT INTO users (id, name, email, plan) VALUES (%d, 'Late', 'late-%d@example.org', 'pro')"
                        .formatted(user, user),
                "INSERT INTO accounts (user_id, currency, balance) VALUES (%d, 'EUR', %d)".formatted(user, balance));
    }
}
