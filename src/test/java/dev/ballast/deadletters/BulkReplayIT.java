package dev.ballast.deadletters;

import static dev.ballast.deadletters.LetterCalls.bytes;
import static dev.ballast.deadletters.LetterCalls.die;
import static dev.ballast.deadletters.LetterCalls.execute;
import static dev.ballast.deadletters.LetterCalls.forge;
import static dev.ballast.deadletters.LetterCalls.freeUserId;
import static dev.ballast.deadletters.LetterCalls.letter;
import static dev.ballast.deadletters.LetterCalls.operator;
import static dev.ballast.deadletters.LetterCalls.status;
import static dev.ballast.payments.PaymentCalls.event;
import static dev.ballast.payments.PaymentCalls.orderId;
import static dev.ballast.payments.PaymentCalls.soon;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.matchesPattern;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.payments.PaymentCalls;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.StackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// Many letters are replayed at a bounded rate, after a dry run.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class BulkReplayIT {
    Stack stack;

    @Test
    void dryRun_matchingLetters_countsThemAndSendsNothing() {
        List<String> ids = deadAt("2021-01-01T00:00:00Z", 3);
        execute(stack, "UPDATE dead_letters SET replays = 5 WHERE id = '" + ids.getFirst() + "'");
        Map<TopicPartition, Long> before = ends();

        bulk("\"dryRun\":true," + window("2021-01-01T00:00:00Z", "2021-01-01T00:00:01Z"))
                .statusCode(200)
                .body("matching", equalTo(3))
                .body("replayable", equalTo(2))
                .body("wouldReplay", equalTo(2));
        bulk("\"dryRun\":true,\"limit\":1," + window("2021-01-01T00:00:00Z", "2021-01-01T00:00:01Z"))
                .body("wouldReplay", equalTo(1));
        bulk("\"dryRun\":true," + window("2021-01-01T00:00:01Z", "2021-01-01T00:00:02Z"))
                .body("matching", equalTo(0));

        assertEquals(before, ends());
        ids.forEach(id -> assertEquals("OPEN", letter(id).getString("status")));
    }

    @Test
    void replay_atARate_sendsEachOnceInOrderAndNoFaster() {
        List<String> ids = deadAt("2022-01-01T00:00:00Z", 6);
        String filter = window("2022-01-01T00:00:00Z", "2022-01-01T00:00:01Z");

        String location = bulk("\"ratePerSecond\":2," + filter)
                .statusCode(202)
                .header("Location", matchesPattern("/ops/dead-letters/replays/[0-9]+"))
                .extract()
                .header("Location");
        bulk(filter).statusCode(409).body("detail", containsString("another bulk replay of payments is running"));

        soon().until(() -> operator().get(location).jsonPath().getString("state"), equalTo("DONE"));
        JsonPath run = operator().get(location).then().statusCode(200).extract().jsonPath();
        assertEquals(List.of(6, 6, 0), List.of(run.getInt("total"), run.getInt("sent"), run.getInt("failed")));
        assertEquals("local-operator", run.getString("who"));
        assertEquals("unknown-user", run.getString("error"));
        Duration took =
                Duration.between(Instant.parse(run.getString("startedAt")), Instant.parse(run.getString("endedAt")));
        assertTrue(took.compareTo(Duration.ofMillis(2_450)) >= 0, "6 letters at 2 a second took " + took);
        List<String> newestFirst = soon().until(
                        () -> operator()
                                .get("/ops/dead-letters?topic=payments&status=OPEN&limit=500")
                                .jsonPath()
                                .<String>getList("letters.replayOf")
                                .stream()
                                .filter(ids::contains)
                                .toList(),
                        hasSize(6));
        assertEquals(ids.reversed(), newestFirst);
        ids.forEach(id -> assertEquals("REPLAYED", letter(id).getString("status")));
        assertTrue(letter(ids.getFirst()).getString("audit[0].detail").contains("payments"));
        String number = location.substring(location.lastIndexOf('/') + 1);
        operator()
                .get("/ops/audit?action=dead-letter.bulk-replay&limit=500")
                .then()
                .body("entries.findAll { it.target == '" + number + "' }.outcome", equalTo(List.of("done", "started")));
    }

    @Test
    void replay_limited_leavesTheNewestOpen() {
        List<String> ids = deadAt("2023-01-01T00:00:00Z", 3);

        String location = bulk("\"limit\":2,\"ratePerSecond\":100,"
                        + window("2023-01-01T00:00:00Z", "2023-01-01T00:00:01Z"))
                .statusCode(202)
                .extract()
                .header("Location");

        soon().until(() -> operator().get(location).jsonPath().getString("state"), equalTo("DONE"));
        assertEquals(
                List.of("REPLAYED", "REPLAYED", "OPEN"),
                ids.stream().map(LetterCalls::status).toList());
    }

    /// Those that were not sent are open, and another run sends them; the one on its way may be sent twice, which the
    /// order absorbs.
    @Test
    void run_ofAKilledPod_isLostAndAnotherOneSendsTheRest() {
        long user = freeUserId();
        List<String> orders = Stream.generate(PaymentCalls::orderId).limit(6).toList();
        List<String> ids = orders.stream()
                .map(order -> die(stack, bytes(user), event(order, user, 10).getBytes(UTF_8)))
                .toList();
        diedAt("2025-01-01T00:00:00Z", ids);
        String filter = window("2025-01-01T00:00:00Z", "2025-01-01T00:00:01Z");
        execute(stack, "INSERT INTO accounts (user_id, currency, balance) VALUES (%d, 'EUR', 100)".formatted(user));
        String run;
        try (Pod mortal = stack.pod("mortal").start()) {
            run = operator()
                    .body("{\"topic\":\"payments\",\"ratePerSecond\":1," + filter + "}")
                    .post(mortal.url() + "/ops/dead-letters/replay")
                    .then()
                    .statusCode(202)
                    .extract()
                    .header("Location")
                    .replaceFirst(".*/", "");
            soon().until(() -> open(ids), lessThan(6L));
            mortal.kill();
        }
        assertTrue(open(ids) > 0, "it was done before it was killed");
        bulk(filter).statusCode(409);

        // what a minute without a sign of life does
        execute(
                stack,
                "UPDATE dead_letter_replays SET alive_at = now() - interval '61 seconds' WHERE id = " + run,
                "UPDATE dead_letters SET status_at = now() - interval '61 seconds' WHERE status = 'REPLAYING' AND id IN ('"
                        + String.join("','", ids) + "')");
        soon().until(
                        () -> operator()
                                .get("/ops/dead-letters/replays/" + run)
                                .jsonPath()
                                .getString("state"),
                        equalTo("LOST"));
        operator()
                .get("/ops/audit?action=dead-letter.bulk-replay&limit=500")
                .then()
                .body("entries.findAll { it.target == '" + run + "' }.outcome", equalTo(List.of("lost", "started")));

        soon().until(
                        () -> {
                            bulk("\"ratePerSecond\":100," + filter);
                            return open(ids);
                        },
                        equalTo(0L));
        orders.forEach(order -> soon().until(() -> PaymentCalls.status(order), equalTo("COMPLETED")));
        assertEquals(40, PaymentCalls.balance(user));
    }

    private static long open(List<String> ids) {
        return ids.stream().filter(id -> !status(id).equals("REPLAYED")).count();
    }

    /// As after a pod that was stopped for longer than a minute: another run of the topic may have begun since.
    @Test
    void run_givenUpMeanwhile_sendsNoMore() {
        List<String> ids = deadAt("2024-01-01T00:00:00Z", 5);

        String location = bulk("\"ratePerSecond\":1," + window("2024-01-01T00:00:00Z", "2024-01-01T00:00:01Z"))
                .statusCode(202)
                .extract()
                .header("Location");
        String number = location.substring(location.lastIndexOf('/') + 1);
        execute(stack, "UPDATE dead_letter_replays SET state = 'LOST' WHERE id = " + number);

        Awaitility.await().pollDelay(Duration.ofSeconds(4)).until(() -> true);
        assertTrue(ids.stream().filter(id -> status(id).equals("OPEN")).count() >= 3, "it went on");
        assertEquals("LOST", operator().get(location).jsonPath().getString("state"));
    }

    @Test
    void letters_tooLargeForTheirTopic_doNotKeepOthersBack() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ids.add(forge(stack, "payments", 1_600_000));
        }
        ids.add(forge(stack, "payments", 32));

        String location = bulk("\"ratePerSecond\":100,\"filter\":{\"error\":\"forged\"}")
                .statusCode(202)
                .extract()
                .header("Location");

        soon().until(() -> operator().get(location).jsonPath().getString("state"), equalTo("DONE"));
        JsonPath run = operator().get(location).jsonPath();
        assertEquals(List.of(4, 1, 3), List.of(run.getInt("total"), run.getInt("sent"), run.getInt("failed")));
        assertEquals("REPLAYED", status(ids.getLast()));
        execute(stack, "DELETE FROM dead_letters WHERE reason = 'forged'");
    }

    /// Letters of one key that died at a time no others did; they die again however often they are replayed.
    private List<String> deadAt(String time, int count) {
        long user = freeUserId();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(die(stack, bytes(user), event(orderId(), user, 1).getBytes(UTF_8)));
        }
        diedAt(time, ids);
        return ids;
    }

    private void diedAt(String time, List<String> ids) {
        execute(
                stack,
                "UPDATE dead_letters SET dead_at = '%s' WHERE id IN ('%s')".formatted(time, String.join("','", ids)));
    }

    private static String window(String from, String to) {
        return "\"filter\":{\"error\":\"unknown-user\",\"from\":\"%s\",\"to\":\"%s\"}".formatted(from, to);
    }

    private static ValidatableResponse bulk(String more) {
        return operator()
                .body("{\"topic\":\"payments\"," + more + "}")
                .post("/ops/dead-letters/replay")
                .then();
    }

    private Map<TopicPartition, Long> ends() {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, stack.kafkaBootstrap()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            return consumer.endOffsets(consumer.partitionsFor("payments").stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList());
        }
    }
}
