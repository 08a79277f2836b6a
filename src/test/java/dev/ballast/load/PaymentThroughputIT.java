package dev.ballast.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.fault.TopicContents;
import dev.ballast.payments.PaymentCalls;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Payments per second, in one run on one broker and one database, which forces each commit to the disk: this service,
/// a plain loop over kafka-clients with a transaction for each record, and consumption that does nothing. Each figure
/// is the median of its rounds, which take turns; the first fifth of a round is not counted.
class PaymentThroughputIT {
    private static final Stack STACK = Stack.apart("throughput");
    private static final String RESULTS = "payment-results";
    private static final int ROUNDS = 3;
    private static final int USERS = 1_000;
    private static final int RECORDS = 12_000;
    private static final int NAIVE_RECORDS = 3_000;
    private static final int PACED = 2_000;
    private static final int PACED_PER_SECOND = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final SplittableRandom random = new SplittableRandom(20261124);
    private Pod pod;
    private KafkaProducer<byte[], byte[]> producer;

    @BeforeEach
    void start() {
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", STACK.kafkaBootstrap(), "linger.ms", 5, "acks", "all"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        pod = STACK.pod("fast").start();
        TopicContents.awaitTopics(STACK);
    }

    @AfterEach
    void end() {
        producer.close();
        pod.stop();
        pod.close();
    }

    /// Open: twice the broker led no partition of the topic made for the plain loop, for the two minutes its producer
    /// tried. Run under `-Psoak` until that is understood.
    @Test
    @EnabledIfSystemProperty(named = "ballast.soak", matches = ".+")
    void consumersOfOneTopic_sideBySide_printsTheTable() throws Exception {
        assertDurable();
        List<Long> users = users();
        serviceSettles(payments(users, RECORDS)); // warm
        naive(payments(users, NAIVE_RECORDS));
        List<Double> service = new ArrayList<>();
        List<Double> repeated = new ArrayList<>();
        List<Double> naive = new ArrayList<>();
        List<Double> idle = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            List<Event> payments = payments(users, RECORDS);
            service.add(serviceSettles(payments));
            repeated.add(serviceSettles(payments));
            naive.add(naive(payments(users, NAIVE_RECORDS)));
            idle.add(noOp());
        }
        Latency latency = latency(payments(users, PACED));
        System.out.printf(
                """
                payments per second, %,d records of %,d users, fsync and synchronous_commit on, median of %d rounds
                  this service, one pod          %,10.0f   %s
                  one transaction per record     %,10.0f   %s
                  duplicates, meeting Redis only %,10.0f   %s
                  consumption that does nothing  %,10.0f   %s
                this service : one transaction per record = %.1f; a duplicate costs %.0f %% of a payment
                sent to settled at %d per second: p50 %d ms, p99 %d ms, most %d ms
                %n""",
                RECORDS,
                USERS,
                ROUNDS,
                median(service),
                rounded(service),
                median(naive),
                rounded(naive),
                median(repeated),
                rounded(repeated),
                median(idle),
                rounded(idle),
                median(service) / median(naive),
                100 * median(service) / median(repeated),
                PACED_PER_SECOND,
                latency.p50(),
                latency.p99(),
                latency.most());
    }

    private record Event(String orderId, long user, byte[] value) {
        byte[] key() {
            return Long.toString(user).getBytes(UTF_8);
        }
    }

    private record Latency(long p50, long p99, long most) {}

    private static void assertDurable() throws SQLException {
        try (Connection sql = STACK.sql();
                Statement statement = sql.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT current_setting('fsync') || current_setting('synchronous_commit')")) {
            row.next();
            assertEquals("onon", row.getString(1));
        }
    }

    private static List<Long> users() throws SQLException {
        List<Long> users = new ArrayList<>();
        try (Connection sql = STACK.sql();
                Statement statement = sql.createStatement();
                ResultSet rows = statement.executeQuery("""
                        WITH made AS (
                            INSERT INTO users (name, email, plan)
                            SELECT 'Pay Er', '%s-' || n || '@example.org', 'free' FROM generate_series(1, %d) n RETURNING id
                        )
                        INSERT INTO accounts (user_id, currency, balance) SELECT id, 'EUR', 1000000000 FROM made
                        RETURNING user_id
                        """.formatted(UUID.randomUUID(), USERS))) {
            while (rows.next()) {
                users.add(rows.getLong(1));
            }
        }
        return users;
    }

    private List<Event> payments(List<Long> users, int count) {
        return Stream.generate(() -> {
                    String order = PaymentCalls.orderId();
                    long user = users.get(random.nextInt(users.size()));
                    return new Event(
                            order, user, PaymentCalls.event(order, user, 1).getBytes(UTF_8));
                })
                .limit(count)
                .toList();
    }

    /// Sends them and waits until each has its outcome; the rate at which outcomes were published.
    private double serviceSettles(List<Event> payments) throws Exception {
        Map<TopicPartition, Long> begin = new TopicContents(STACK, RESULTS).ends();
        send("payments", payments);
        return rate(outcomes(begin, payments.size()).stream()
                .mapToLong(ConsumerRecord::timestamp)
                .sorted()
                .mapToObj(millis -> millis * 1_000_000)
                .toList());
    }

    private static List<ConsumerRecord<byte[], byte[]>> outcomes(Map<TopicPartition, Long> begin, int count) {
        TopicContents results = new TopicContents(STACK, RESULTS);
        long before = begin.values().stream().mapToLong(end -> end).sum();
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .until(() ->
                        results.ends().values().stream().mapToLong(end -> end).sum() - before >= count);
        return results.since(begin);
    }

    private double naive(List<Event> payments) throws Exception {
        String topic = freshTopic("naive");
        send(topic, payments);
        return rate(new NaivePayments(STACK, topic).settle(payments.size()));
    }

    /// A topic whose partitions all have their leader: records sent before that are retried out of order for minutes.
    private static String freshTopic(String prefix) throws Exception {
        String topic = prefix + "-" + UUID.randomUUID();
        try (Admin admin = TopicContents.admin(STACK)) {
            admin.createTopics(List.of(new NewTopic(topic, 3, (short) 1))).all().get();
        }
        TopicContents contents = new TopicContents(STACK, topic);
        await().atMost(PATIENCE).ignoreExceptions().until(() -> contents.ends().size() == 3);
        return topic;
    }

    private double noOp() throws Exception {
        String topic = freshTopic("idle");
        List<Event> payments = payments(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L), 5 * RECORDS);
        send(topic, payments);
        return rate(new NaivePayments(STACK, topic).ignore(payments.size()));
    }

    private void send(String topic, List<Event> payments) throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        payments.forEach(
                payment -> sent.add(producer.send(new ProducerRecord<>(topic, payment.key(), payment.value()))));
        for (Future<RecordMetadata> record : sent) {
            record.get();
        }
    }

    /// From the call that sends a payment to the moment its outcome is published, both by the clock of this machine.
    private Latency latency(List<Event> payments) {
        Map<TopicPartition, Long> begin = new TopicContents(STACK, RESULTS).ends();
        Map<String, Long> sentAt = new HashMap<>();
        long first = System.nanoTime();
        for (int i = 0; i < payments.size(); i++) {
            long due = first + i * 1_000_000_000L / PACED_PER_SECOND;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            Event payment = payments.get(i);
            sentAt.put(payment.orderId(), System.currentTimeMillis());
            producer.send(new ProducerRecord<>("payments", payment.key(), payment.value()));
        }
        long[] millis = outcomes(begin, payments.size()).stream()
                .mapToLong(outcome -> outcome.timestamp()
                        - sentAt.get(new JsonObject(new String(outcome.value(), UTF_8)).getString("orderId")))
                .sorted()
                .toArray();
        return new Latency(
                millis[millis.length / 2], millis[(int) (0.99 * (millis.length - 1))], millis[millis.length - 1]);
    }

    /// Per second, without the first fifth.
    ///
    /// @param nanos when each was done, in order
    private static double rate(List<Long> nanos) {
        int from = nanos.size() / 5;
        return (nanos.size() - 1 - from) * 1e9 / Math.max(1, nanos.getLast() - nanos.get(from));
    }

    private static double median(List<Double> figures) {
        return figures.stream().sorted().toList().get(figures.size() / 2);
    }

    private static String rounded(List<Double> figures) {
        return String.join(" ", figures.stream().map("%,.0f"::formatted).toList());
    }
}
