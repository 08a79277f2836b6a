package dev.ballast.fault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.Stack;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/// Checks that what was sent is completed, declined or dead-lettered, once, in order and to the cent: sent = completed
/// + declined + dead-lettered. The truth is read past the service: from the tables and the topics.
final class PaymentBooks {
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);

    private final Stack stack;
    private final PaymentTraffic traffic;
    private final TopicContents topic;
    private final Map<Long, List<Row>> rows = new HashMap<>();
    private int completed;
    private int declined;
    private int records;
    private int letters;
    private int results;

    PaymentBooks(Stack stack, PaymentTraffic traffic) {
        this.stack = stack;
        this.traffic = traffic;
        this.topic = new TopicContents(stack, PaymentTraffic.TOPIC);
    }

    private record Row(Payer.End end, Instant settledAt) {}

    /// Where a record lies in the topic.
    private record Origin(int partition, long offset) {}

    /// Waits until no order is open and the group has finished the topic. However much is left, it must get less.
    ///
    /// @param patience how long it may not get any less
    void awaitEnd(Duration patience) {
        long least = Long.MAX_VALUE;
        long since = System.nanoTime();
        for (long left = left(); left != 0; left = left()) {
            if (left < least) {
                least = left;
                since = System.nanoTime();
            } else if (System.nanoTime() - since > patience.toNanos()) {
                throw new AssertionError("for %s nothing came to its end: %d orders open, lag %d"
                        .formatted(patience, openOr(-1), topic.lag()));
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
    }

    /// Open orders, and records that the group has not finished; very many while that cannot be told.
    private long left() {
        long open = openOr(-1);
        return open < 0 ? Long.MAX_VALUE : open + topic.lag();
    }

    /// All that is promised of payments.
    void check() throws Exception {
        assertEquals(List.of(), traffic.refusals(), "orders were refused");
        readRows();
        checkOrders();
        checkBalances();
        Map<Origin, List<ConsumerRecord<byte[], byte[]>>> buried = buried();
        checkBurials(buried);
        checkTopic(buried.keySet());
        checkResults();
        int sent = traffic.payers().stream()
                        .mapToInt(payer -> payer.orders().size())
                        .sum()
                + traffic.burials().size();
        assertEquals(
                sent, completed + declined + traffic.burials().size(), "sent = completed + declined + dead-lettered");
        assertTrue(completed > 0, "nothing was sent");
    }

    int completed() {
        return completed;
    }

    int declined() {
        return declined;
    }

    /// Records of the topic since the traffic began.
    int records() {
        return records;
    }

    /// The longest time for which some payer had no order settled: what a fault cost whom it hit worst.
    Duration longestSilence() {
        return rows.values().stream()
                .map(PaymentBooks::silence)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    @Override
    public String toString() {
        int orders = completed + declined;
        int byHttp = traffic.payersByHttp().stream()
                .mapToInt(payer -> payer.orders().size())
                .sum();
        return ("%,d sent (%,d by HTTP) = %,d completed + %,d declined + %,d dead-lettered; sent again: %,d, not answered: %,d; "
                        + "records %,d, dead letters written %,d, outcomes published %,d for %,d orders; "
                        + "longest silence of a payer %.1f s")
                .formatted(
                        orders + traffic.burials().size(),
                        byHttp,
                        completed,
                        declined,
                        traffic.burials().size(),
                        traffic.repetitions(),
                        traffic.unanswered(),
                        records,
                        letters,
                        results,
                        orders,
                        longestSilence().toMillis() / 1e3);
    }

    private long openOr(long unknown) {
        try {
            return open();
        } catch (SQLException failure) {
            return unknown;
        }
    }

    /// Orders that were sent and are not final, known to the service or not.
    private long open() throws SQLException {
        return traffic.payers().stream()
                        .mapToLong(payer -> payer.orders().size())
                        .sum()
                - settled();
    }

    /// Orders that are final, and out of the outbox.
    long settled() throws SQLException {
        try (Connection sql = stack.sql();
                PreparedStatement count = sql.prepareStatement("""
                        SELECT count(*) FROM orders
                        WHERE user_id = ANY (?) AND status IN ('COMPLETED', 'DECLINED') AND published_at IS NOT NULL
                        """)) {
            count.setArray(1, sql.createArrayOf("bigint", users()));
            try (ResultSet row = count.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private Object[] users() {
        return traffic.payers().stream().map(payer -> payer.user).toArray();
    }

    private void readRows() throws SQLException {
        try (Connection sql = stack.sql();
                PreparedStatement select = sql.prepareStatement("""
                        SELECT user_id, order_id, status, reason, balance_after, settled_at FROM orders
                        WHERE user_id = ANY (?) ORDER BY settled_at
                        """)) {
            select.setArray(1, sql.createArrayOf("bigint", users()));
            try (ResultSet found = select.executeQuery()) {
                while (found.next()) {
                    Payer.End end = new Payer.End(
                            found.getString("order_id"), found.getString("status"), found.getString("reason"), (Long)
                                    found.getObject("balance_after"));
                    if (isBuried(end)) {
                        continue;
                    }
                    rows.computeIfAbsent(found.getLong("user_id"), user -> new ArrayList<>())
                            .add(new Row(end, found.getTimestamp("settled_at").toInstant()));
                }
            }
        }
    }

    /// Whether it died in the topic, as it was foreseen: no other one may have died.
    private boolean isBuried(Payer.End end) {
        if (!end.status().equals("DEAD_LETTERED")) {
            return false;
        }
        assertTrue(traffic.burials().stream().anyMatch(burial -> burial.isOf(end.orderId())), "died: " + end);
        return true;
    }

    /// Each order as its payer foresaw, and no other one: so each was settled once and in its turn.
    private void checkOrders() {
        for (Payer payer : traffic.payers()) {
            List<Payer.End> found = rows(payer).stream().map(Row::end).toList();
            assertEquals(lines(payer.expected()), lines(found), "the orders of user " + payer.user);
            completed += (int) found.stream()
                    .filter(end -> end.status().equals("COMPLETED"))
                    .count();
            declined += (int) found.stream()
                    .filter(end -> end.status().equals("DECLINED"))
                    .count();
        }
    }

    private List<Row> rows(Payer payer) {
        return rows.getOrDefault(payer.user, List.of());
    }

    private static String lines(List<Payer.End> ends) {
        return String.join("\n", ends.stream().map(Payer.End::toString).toList());
    }

    private void checkBalances() throws SQLException {
        try (Connection sql = stack.sql();
                PreparedStatement select = sql.prepareStatement("""
                        SELECT a.user_id, a.balance, coalesce(sum(o.amount) FILTER (WHERE o.status = 'COMPLETED'), 0) AS debited
                        FROM accounts a LEFT JOIN orders o USING (user_id) WHERE a.user_id = ANY (?) GROUP BY a.user_id
                        """)) {
            select.setArray(1, sql.createArrayOf("bigint", users()));
            Map<Long, Long> startings = new HashMap<>();
            traffic.payers().forEach(payer -> startings.put(payer.user, payer.start()));
            try (ResultSet found = select.executeQuery()) {
                while (found.next()) {
                    long user = found.getLong("user_id");
                    assertEquals(
                            startings.remove(user) - found.getLong("debited"),
                            found.getLong("balance"),
                            "the balance of user " + user);
                }
            }
            assertEquals(Map.of(), startings, "accounts that are gone");
        }
    }

    private Map<Origin, List<ConsumerRecord<byte[], byte[]>>> buried() {
        List<ConsumerRecord<byte[], byte[]>> found =
                new TopicContents(stack, PaymentTraffic.TOPIC + "_dlq").since(traffic.beginLetters());
        letters = found.size();
        return found.stream()
                .collect(groupingBy(letter -> new Origin(
                        Integer.parseInt(header(letter, "dead-letter-partition")),
                        Long.parseLong(header(letter, "dead-letter-offset")))));
    }

    /// What belongs into the dead letters lies there, untouched and for the right reason; twice where the pod died
    /// after the broker had it.
    private void checkBurials(Map<Origin, List<ConsumerRecord<byte[], byte[]>>> buried) throws Exception {
        Set<Origin> expected = new HashSet<>();
        for (PaymentTraffic.Burial burial : traffic.burials()) {
            RecordMetadata at = burial.at().get();
            Origin origin = new Origin(at.partition(), at.offset());
            expected.add(origin);
            List<ConsumerRecord<byte[], byte[]>> found = buried.get(origin);
            assertNotNull(found, "no dead letter for " + burial.doomed().reason() + " at " + origin);
            for (ConsumerRecord<byte[], byte[]> letter : found) {
                assertEquals(
                        burial.doomed().reason(),
                        header(letter, "dead-letter-reason").replaceFirst(":.*", ""));
                assertArrayEquals(burial.doomed().key(), letter.key());
                assertArrayEquals(burial.doomed().value(), letter.value());
            }
        }
        Set<Origin> bystanders = new HashSet<>(buried.keySet());
        bystanders.removeAll(expected);
        assertEquals(Set.of(), bystanders, "dead letters that should be settled");
    }

    /// Every record of the topic, whoever sent it, has an end.
    private void checkTopic(Set<Origin> buried) {
        Set<String> settled = rows.values().stream()
                .flatMap(List::stream)
                .map(row -> row.end().orderId())
                .collect(toSet());
        List<ConsumerRecord<byte[], byte[]>> all = topic.since(traffic.begin());
        records = all.size();
        List<Origin> lost = all.stream()
                .filter(record -> !buried.contains(new Origin(record.partition(), record.offset())))
                .filter(record ->
                        !settled.contains(new JsonObject(new String(record.value(), UTF_8)).getString("orderId")))
                .map(record -> new Origin(record.partition(), record.offset()))
                .toList();
        assertEquals(List.of(), lost, "records without an end");
    }

    /// Each settled order has an outcome in `payment-results`, and however many it has, they are of the same bytes.
    private void checkResults() {
        List<ConsumerRecord<byte[], byte[]>> all =
                new TopicContents(stack, "payment-results").since(traffic.beginResults());
        results = all.size();
        // or a user's outcomes could overtake one another
        all.forEach(record -> assertEquals(
                new JsonObject(new String(record.value(), UTF_8))
                        .getLong("userId")
                        .toString(),
                new String(record.key(), UTF_8),
                "the key of an outcome"));
        Map<String, Set<String>> outcomes = all.stream()
                .map(record -> new String(record.value(), UTF_8))
                .collect(groupingBy(outcome -> new JsonObject(outcome).getString("orderId"), mapping(o -> o, toSet())));
        for (Payer payer : traffic.payers()) {
            for (Row row : rows(payer)) {
                Set<String> published = outcomes.getOrDefault(row.end().orderId(), Set.of());
                assertEquals(1, published.size(), "outcomes of " + row.end() + ": " + published);
                JsonObject outcome = new JsonObject(published.iterator().next());
                assertEquals(row.end().status(), outcome.getString("status"));
                assertEquals(row.end().balanceAfter(), outcome.getLong("balanceAfter"));
                assertEquals(row.end().reason(), outcome.getString("reason"));
                assertEquals(payer.user, outcome.getLong("userId"));
            }
        }
    }

    private static Duration silence(List<Row> ofOnePayer) {
        Duration longest = Duration.ZERO;
        for (int i = 1; i < ofOnePayer.size(); i++) {
            Duration gap = Duration.between(
                    ofOnePayer.get(i - 1).settledAt(), ofOnePayer.get(i).settledAt());
            longest = gap.compareTo(longest) > 0 ? gap : longest;
        }
        return longest;
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }
}
