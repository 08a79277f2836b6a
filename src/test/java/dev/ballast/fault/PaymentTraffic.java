package dev.ballast.fault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import dev.ballast.payments.PaymentCalls;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Payments of users of its own, one half by HTTP and one half straight into the topic, while a test makes something
/// fail: one after the other for each user, some twice, some beyond the balance, some poison.
///
/// It knows what it has sent: by HTTP what was answered with 202, and it repeats an order until it is; in the topic
/// what the broker has acknowledged.
final class PaymentTraffic implements AutoCloseable {
    static final String TOPIC = "payments";

    private static final int PAYERS = 60;
    private static final int RICH = 1_000_000_000;
    private static final int POOR = 700;
    private static final Duration MEAN_PAUSE = Duration.ofMillis(350);
    private static final Duration AGAIN_AFTER = Duration.ofMillis(100);
    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(3);
    private static final Duration ENDS_WITHIN = Duration.ofMinutes(3);

    private final Stack stack;
    private final Supplier<String> pod;
    private final long seed;
    private final Map<TopicPartition, Long> begin;
    private final Map<TopicPartition, Long> beginLetters;
    private final Map<TopicPartition, Long> beginResults;
    private final String token = Tokens.service();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWERS_WITHIN)
            .build();
    private final KafkaProducer<byte[], byte[]> producer;
    private final List<Payer> byHttp = new ArrayList<>();
    private final List<Payer> byTopic = new ArrayList<>();
    private final Queue<Burial> burials = new ConcurrentLinkedQueue<>();
    private final Queue<Future<RecordMetadata>> acknowledgments = new ConcurrentLinkedQueue<>();
    private final Queue<String> refusals = new ConcurrentLinkedQueue<>();
    private final AtomicInteger repetitions = new AtomicInteger();
    private final AtomicInteger unanswered = new AtomicInteger();
    private final CountDownLatch done = new CountDownLatch(PAYERS);
    private volatile boolean sending = true;
    private volatile boolean abandoned;

    /// A record that belongs into the dead letters, and where the topic has it.
    record Burial(Doomed doomed, Future<RecordMetadata> at) {
        /// Whether it tells of this order.
        boolean isOf(String orderId) {
            byte[] value = doomed.value();
            return value != null && new String(value, UTF_8).contains('"' + orderId + '"');
        }
    }

    /// @param pod the URL of a pod to send to; asked for each call
    PaymentTraffic(Stack stack, Supplier<String> pod) throws SQLException {
        this.stack = stack;
        this.pod = pod;
        this.seed = Long.getLong("ballast.seed", System.nanoTime());
        this.begin = new TopicContents(stack, TOPIC).ends();
        this.beginLetters = new TopicContents(stack, TOPIC + "_dlq").ends();
        this.beginResults = new TopicContents(stack, "payment-results").ends();
        try (Connection sql = stack.sql()) {
            for (int i = 0; i < PAYERS; i++) {
                (i % 2 == 0 ? byHttp : byTopic).add(Payer.create(sql, i % 8 < 2 ? POOR : RICH));
            }
        }
        this.producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        stack.kafkaBootstrap(),
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                        500,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        (int) ENDS_WITHIN.toMillis()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /// Begins to send.
    PaymentTraffic start() {
        TopicContents.awaitTopics(stack);
        byHttp.forEach(payer -> Thread.startVirtualThread(() -> send(payer, this::sendByHttp)));
        byTopic.forEach(payer -> Thread.startVirtualThread(() -> send(payer, this::sendByTopic)));
        return this;
    }

    /// Lets it run on for a while.
    void run(Duration time) {
        await().pollDelay(time).atMost(time.plusSeconds(60)).until(() -> true);
    }

    /// Waits until some more orders are settled: who has died as a member of the group keeps its partitions for the
    /// length of a session, in which there is nothing to be killed.
    void awaitProgress() throws Exception {
        PaymentBooks books = new PaymentBooks(stack, this);
        long settled = books.settled();
        await().atMost(ENDS_WITHIN).until(() -> books.settled() > settled);
    }

    /// Ends the sending: every order has been answered, every record acknowledged.
    void stop() throws Exception {
        sending = false;
        if (!done.await(ENDS_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("orders are not answered; refused: " + refusals);
        }
        for (Future<RecordMetadata> record : acknowledgments) {
            record.get();
        }
    }

    /// Stops, waits until everything is at its end, checks the books, and prints a line of figures.
    PaymentBooks settle(String title, Duration patience) throws Exception {
        stop();
        long stopped = System.nanoTime();
        PaymentBooks books = new PaymentBooks(stack, this);
        books.awaitEnd(patience);
        Duration rest = Duration.ofNanos(System.nanoTime() - stopped);
        books.check();
        System.out.printf(
                "%s: %s; all at its end %d ms after the last was sent (seed %d)%n",
                title, books, rest.toMillis(), seed);
        return books;
    }

    /// A record of the test's own for the dead letters, into the topic.
    void bury(Doomed doomed) {
        burials.add(new Burial(doomed, sendRecord(doomed.key(), doomed.value())));
    }

    /// One order into the topic, in the payer's order; answers where it is.
    RecordMetadata send(Payer payer, Payer.Order order) throws Exception {
        payer.sent(order);
        return record(payer, order).get();
    }

    /// Some payer of the topic.
    Payer payer() {
        return byTopic.getFirst();
    }

    List<Payer> payers() {
        return Stream.concat(byHttp.stream(), byTopic.stream()).toList();
    }

    List<Payer> payersByHttp() {
        return byHttp;
    }

    List<Burial> burials() {
        return List.copyOf(burials);
    }

    int repetitions() {
        return repetitions.get();
    }

    /// Calls that had no answer or one of 5xx.
    int unanswered() {
        return unanswered.get();
    }

    List<String> refusals() {
        return List.copyOf(refusals);
    }

    Map<TopicPartition, Long> begin() {
        return begin;
    }

    Map<TopicPartition, Long> beginLetters() {
        return beginLetters;
    }

    Map<TopicPartition, Long> beginResults() {
        return beginResults;
    }

    @Override
    public void close() {
        sending = false;
        abandoned = true;
        producer.close(Duration.ZERO);
        http.shutdownNow();
    }

    private interface Way {
        void send(Payer payer, RandomGenerator random) throws InterruptedException;
    }

    private void send(Payer payer, Way way) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed + payer.user);
        try {
            while (sending) {
                way.send(payer, random);
                LockSupport.parkNanos(random.nextLong(MEAN_PAUSE.multipliedBy(2).toNanos()));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            done.countDown();
        }
    }

    private void sendByTopic(Payer payer, RandomGenerator random) {
        List<Payer.Order> known = payer.orders();
        int kind = random.nextInt(100);
        if (kind < 8) {
            bury(Doomed.any(payer, known, random));
        } else if (kind < 16 && !known.isEmpty()) {
            repetitions.incrementAndGet();
            acknowledgments.add(record(payer, known.get(random.nextInt(known.size()))));
        } else {
            Payer.Order order = order(random);
            payer.sent(order);
            acknowledgments.add(record(payer, order));
        }
    }

    private void sendByHttp(Payer payer, RandomGenerator random) throws InterruptedException {
        List<Payer.Order> known = payer.orders();
        if (random.nextInt(100) < 8 && !known.isEmpty()) {
            repetitions.incrementAndGet();
            untilAnswered(payer, known.get(random.nextInt(known.size())));
        } else {
            Payer.Order order = order(random);
            if (untilAnswered(payer, order)) {
                payer.sent(order);
            }
        }
    }

    private static Payer.Order order(RandomGenerator random) {
        return new Payer.Order(PaymentCalls.orderId(), random.nextInt(1, 100));
    }

    private Future<RecordMetadata> record(Payer payer, Payer.Order order) {
        return sendRecord(
                Long.toString(payer.user).getBytes(UTF_8), payer.event(order).getBytes(UTF_8));
    }

    private Future<RecordMetadata> sendRecord(byte[] key, byte[] value) {
        return producer.send(new ProducerRecord<>(TOPIC, key, value));
    }

    /// An order that is not answered is not given up: it may have been accepted.
    private boolean untilAnswered(Payer payer, Payer.Order order) throws InterruptedException {
        while (!abandoned) {
            try {
                int status = post(payer, order);
                if (status == 202) {
                    return true;
                }
                if (status < 500) {
                    refusals.add(status + " for " + order);
                    return false;
                }
            } catch (IOException away) {
                // sent again
            }
            unanswered.incrementAndGet();
            LockSupport.parkNanos(AGAIN_AFTER.toNanos());
        }
        return false;
    }

    private int post(Payer payer, Payer.Order order) throws IOException, InterruptedException {
        String body = "{\"orderId\":\"%s\",\"userId\":%d,\"amount\":%d,\"currency\":\"EUR\"}"
                .formatted(order.id(), payer.user, order.amount());
        HttpRequest request = HttpRequest.newBuilder(URI.create(pod.get() + "/payments"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .timeout(ANSWERS_WITHIN)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }
}
