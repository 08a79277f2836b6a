package dev.ballast.tracing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.fault.TopicContents;
import dev.ballast.otlp.OtlpReceiver;
import dev.ballast.otlp.ReceivedSpan;
import dev.ballast.otlp.ReceivedSpan.Kind;
import dev.ballast.otlp.Trace;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A payment as a collector sees it: one trace from the request to the row, through every attempt, and to the dead
/// letters; a replay is another one, with a link to the first.
class PaymentSpansIT {
    private static final Stack STACK = Stack.apart("payments");
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final List<String> TOPICS = List.of("payments", "payments_dlq", "payment-results");
    private static final String EMAIL = "payer-" + UUID.randomUUID() + "@example.org";

    private static OtlpReceiver collector;
    private static Pod pod;
    private static long user;

    @BeforeAll
    static void start() throws SQLException {
        collector = OtlpReceiver.startKeeping();
        pod = collector
                .hears(STACK.pod("payment-spans"))
                .property("ballast.messaging.consumers.payments.retry-pause", "0.01S")
                .start();
        TopicContents.awaitTopics(STACK);
        ReservedIds.begin(STACK); // the stack is this test's alone
        user = as(Tokens.service())
                .body(Map.of("name", "Pay Er", "email", EMAIL, "plan", "pro", "currency", "EUR"))
                .post("/users")
                .then()
                .statusCode(201)
                .extract()
                .jsonPath()
                .getLong("id");
        as(Tokens.service())
                .body(Map.of("depositId", UUID.randomUUID().toString(), "amount", 1_000))
                .post("/accounts/{id}/deposits", user)
                .then()
                .statusCode(200);
        // knows the scripts from then on
        String first = pay("first-" + UUID.randomUUID());
        await().atMost(PATIENCE).until(() -> tree(first).contains("send payment-results"));
    }

    @AfterAll
    static void end() throws SQLException {
        fail("never", 0);
        pod.close();
        List<String> told = collector
                .spans()
                .telling(List.of(
                        EMAIL,
                        Long.toString(user),
                        Tokens.service(),
                        Tokens.operator(),
                        "local-service",
                        "local-operator"));
        collector.close();
        assertEquals(List.of(), told, "exports that tell of whom they are");
    }

    @Test
    void pay_isOneTraceFromTheRequestToTheRow() {
        var before = ends();
        String trace = pay("good-" + UUID.randomUUID());
        awaitTree(trace, """
                SERVER POST /payments
                  CLIENT evalsha rate-limit
                  CLIENT INSERT orders
                  PRODUCER send payments
                    CONSUMER process payments
                      CLIENT INSERT executions
                      INTERNAL attempt
                        CLIENT evalsha payment-begin
                        CLIENT SELECT accounts
                        CLIENT INSERT orders UPDATE accounts
                        CLIENT evalsha payment-finish
                        PRODUCER send payment-results
                      CLIENT DELETE executions
                  CLIENT UPDATE orders
                """);
        Trace whole = collector.trace(trace);
        assertEquals(
                Map.of(
                        "messaging.system", "kafka",
                        "messaging.operation.type", "process",
                        "messaging.destination.name", "payments",
                        "messaging.consumer.group.name", "ballast-payments"),
                SpanTree.attributes(
                        SpanTree.only(whole, "process payments"),
                        "messaging.system",
                        "messaging.operation.type",
                        "messaging.destination.name",
                        "messaging.consumer.group.name"));
        assertEquals("send", SpanTree.only(whole, "send payments").attribute("messaging.operation.type"));
        assertCarries(before, trace, "payments", "payment-results");
    }

    /// An operator has them wait in the outbox: the sweeper publishes in the trace of the request all the same.
    @Test
    void pay_leftToTheSweeper_goesOnInTheSameTrace() {
        var before = ends();
        order("PUT", "{\"feature\":\"payments\",\"level\":\"degraded\",\"reason\":\"test\",\"ttlSeconds\":60}");
        String trace;
        try {
            trace = pay("swept-" + UUID.randomUUID());
        } finally {
            order("DELETE", "");
        }
        awaitTree(trace, """
                SERVER POST /payments
                  CLIENT evalsha rate-limit
                  CLIENT INSERT orders
                  PRODUCER send payments
                    CONSUMER process payments
                      CLIENT INSERT executions
                      INTERNAL attempt
                        CLIENT evalsha payment-begin
                        CLIENT SELECT accounts
                        CLIENT INSERT orders UPDATE accounts
                        CLIENT evalsha payment-finish
                        PRODUCER send payment-results
                      CLIENT DELETE executions
                """);
        assertCarries(before, trace, "payments", "payment-results");
    }

    @Test
    void pay_twoAttemptsFail_eachHasItsOwnWorkBelowIt() throws SQLException {
        String order = "twice-" + UUID.randomUUID();
        fail(order, 2);
        String trace = pay(order);
        await().atMost(PATIENCE).until(() -> tree(trace).contains("send payment-results"));
        Trace whole = awaitEnd(trace, "process payments");
        ReceivedSpan process = SpanTree.only(whole, "process payments");
        List<ReceivedSpan> attempts = whole.where(span -> span.name().equals("attempt"));
        assertEquals(
                List.of("1 true", "2 true", "3 false"),
                attempts.stream()
                        .map(attempt -> attempt.attribute("ballast.attempt") + " " + attempt.isError())
                        .toList());
        assertFalse(process.isError(), SpanTree.of(whole));
        for (ReceivedSpan attempt : attempts) {
            assertEquals(process.spanId(), attempt.parentId());
            assertEquals(attempt.isError(), !attempt.attribute("error.type").isEmpty());
            List<ReceivedSpan> rows = whole.where(span ->
                    span.parentId().equals(attempt.spanId()) && span.name().equals("INSERT orders UPDATE accounts"));
            assertEquals(1, rows.size(), SpanTree.of(whole));
            assertEquals(attempt.isError(), rows.getFirst().isError(), SpanTree.of(whole));
        }
        assertEquals(1, SpanTree.roots(whole).size(), SpanTree.of(whole));
    }

    @Test
    void pay_diesAndIsReplayed_deathIsInItsTraceAndTheReplayIsLinked() throws SQLException {
        var before = ends();
        String order = "always-" + UUID.randomUUID();
        fail(order, 100);
        String trace = pay(order);
        await().atMost(PATIENCE).until(() -> tree(trace).contains("CLIENT INSERT dead_letters"));
        Trace dead = awaitEnd(trace, "process payments");
        assertEquals(
                5,
                dead.where(span -> span.name().equals("attempt") && span.isError())
                        .size(),
                SpanTree.of(dead));
        ReceivedSpan process = SpanTree.only(dead, "process payments");
        assertTrue(process.isError(), SpanTree.of(dead));
        assertEquals("attempts-exhausted", process.attribute("error.type"));
        ReceivedSpan letter = SpanTree.only(dead, "send payments_dlq");
        assertEquals(process.spanId(), letter.parentId());
        assertEquals(
                letter.spanId(), SpanTree.only(dead, "process payments_dlq").parentId());
        List<ReceivedSpan> marks = dead.where(
                span -> span.parentId().equals(process.spanId()) && span.name().equals("INSERT orders"));
        assertEquals(1, marks.size(), "the order is marked: " + SpanTree.of(dead));
        assertEquals(1, SpanTree.roots(dead).size(), SpanTree.of(dead));
        assertCarries(before, trace, "payments", "payments_dlq");

        fail("nothing", 0);
        String id = "payments-" + process.attribute("messaging.destination.partition.id") + "-"
                + process.attribute("messaging.kafka.offset");
        Response replayed = as(Tokens.operator()).post("/ops/dead-letters/{id}/replay", id);
        String again = replayed.then().statusCode(200).extract().jsonPath().getString("traceId");
        assertNotEquals(trace, again);
        assertNotEquals(replayed.header("X-Trace-Id"), again);
        awaitTree(again, """
                INTERNAL replay payments
                  PRODUCER send payments
                    CONSUMER process payments
                      CLIENT INSERT executions
                      INTERNAL attempt
                        CLIENT evalsha payment-begin
                        CLIENT SELECT accounts
                        CLIENT INSERT orders UPDATE accounts
                        CLIENT evalsha payment-finish
                        PRODUCER send payment-results
                      CLIENT DELETE executions
                """);
        assertEquals(
                List.of(trace + "/" + letter.spanId()),
                SpanTree.only(collector.spans().of(again), "replay payments").links());
    }

    @Test
    void record_poison_itsSpanSaysThatItDied() throws Exception {
        String trace = UUID.randomUUID().toString().replace("-", "");
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", STACK.kafkaBootstrap()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            ProducerRecord<byte[], byte[]> record =
                    new ProducerRecord<>("payments", "poison".getBytes(UTF_8), "no payment".getBytes(UTF_8));
            record.headers().add("traceparent", ("00-" + trace + "-00f067aa0ba902b7-01").getBytes(UTF_8));
            producer.send(record).get();
        }
        await().atMost(PATIENCE).until(() -> tree(trace).contains("CONSUMER process payments !"));
        ReceivedSpan process = SpanTree.only(collector.spans().of(trace), "process payments");
        assertEquals("not-json", process.attribute("error.type"));
    }

    /// Each record of the trace names it once, and what the caller said of it besides.
    private static void assertCarries(Map<String, Map<TopicPartition, Long>> before, String trace, String... topics) {
        for (String topic : topics) {
            List<ConsumerRecord<byte[], byte[]>> records = new TopicContents(STACK, topic).since(before.get(topic));
            List<ConsumerRecord<byte[], byte[]>> own = records.stream()
                    .filter(record -> values(record, "traceparent").toString().contains(trace))
                    .toList();
            assertEquals(1, own.size(), topic);
            assertEquals(1, values(own.getFirst(), "traceparent").size(), topic);
            assertEquals(List.of("vendor=of-the-caller"), values(own.getFirst(), "tracestate"), topic);
        }
    }

    private static List<String> values(ConsumerRecord<byte[], byte[]> record, String name) {
        List<String> values = new ArrayList<>();
        for (Header header : record.headers().headers(name)) {
            values.add(new String(header.value(), UTF_8));
        }
        return values;
    }

    /// Lets the next `times` attempts to settle an order be refused by its row.
    private static void fail(String order, int times) throws SQLException {
        try (Connection sql = STACK.sql();
                Statement statement = sql.createStatement()) {
            statement.execute("DROP TRIGGER IF EXISTS refused ON orders");
            statement.execute("DROP SEQUENCE IF EXISTS refusals");
            statement.execute("CREATE SEQUENCE refusals");
            statement.execute("""
                    CREATE OR REPLACE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
                        IF nextval('refusals') <= %d THEN RAISE EXCEPTION 'not yet' USING ERRCODE = '22000'; END IF;
                        RETURN NEW; END$$""".formatted(times));
            if (times > 0) {
                statement.execute("CREATE TRIGGER refused BEFORE UPDATE ON orders FOR EACH ROW WHEN (NEW.order_id = '"
                        + order + "' AND NEW.status = 'COMPLETED') EXECUTE FUNCTION refused()");
            }
        }
    }

    private static Map<String, Map<TopicPartition, Long>> ends() {
        return TOPICS.stream()
                .collect(Collectors.toMap(Function.identity(), topic -> new TopicContents(STACK, topic).ends()));
    }

    private static String pay(String order) {
        String trace = UUID.randomUUID().toString().replace("-", "");
        return as(Tokens.service())
                .header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01")
                .header("tracestate", "vendor=of-the-caller")
                .body(Map.of("orderId", order, "userId", user, "amount", 1, "currency", "EUR"))
                .post("/payments")
                .then()
                .statusCode(202)
                .extract()
                .header("X-Trace-Id");
    }

    private static void order(String method, String body) {
        int status = as(Tokens.operator())
                .body(body)
                .request(method, "/ops/degradation/override?feature=payments")
                .statusCode();
        assertTrue(status < 300, () -> method + " " + status);
    }

    private static RequestSpecification as(String token) {
        return RestAssured.given()
                .baseUri(pod.url())
                .header("Authorization", "Bearer " + token)
                .contentType(ContentType.JSON);
    }

    private static String tree(String trace) {
        return SpanTree.of(collector.spans().of(trace));
    }

    private static void awaitTree(String trace, String expected) {
        await().atMost(PATIENCE).untilAsserted(() -> assertEquals(expected, tree(trace)));
    }

    private static Trace awaitEnd(String trace, String name) {
        await(name).atMost(PATIENCE).until(() -> tree(trace).contains(" " + name));
        return collector.trace(trace, 1, Kind.CONSUMER);
    }
}
