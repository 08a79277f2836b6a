package dev.ballast.messaging;

import dev.ballast.offsets.Assignment;
import dev.ballast.offsets.OffsetFlush;
import dev.ballast.offsets.Positions;
import dev.ballast.problem.RootCause;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The one thread that talks to Kafka's consumer: polls the partitions that have room, and goes on polling without
/// taking anything while none has, so that it stays in its group, writes down what is finished, and hands
/// partitions over. A failure of the consumer costs the consumer, not the thread: it makes another one.
final class ConsumerThread implements Runnable, ConsumerRebalanceListener {
    private static final Logger LOG = Logger.getLogger(ConsumerThread.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration HELD_POLL = Duration.ofMillis(10);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /// For PostgreSQL to hear that what is cut off has killed nobody.
    private static final Duration LAST_WORD = Duration.ofMillis(500);

    private static final Duration COMMIT_PATIENCE = Duration.ofSeconds(2);

    private final ReliableConsumer records;
    private final MessagingSettings.Consumer settings;
    private final Supplier<Consumer<byte @Nullable [], byte @Nullable []>> kafka;
    private final List<String> topics;
    private final Positions positions;
    private final OffsetFlush flush;
    private final DeliveryMetrics metrics;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicInteger failures = new AtomicInteger();
    private volatile @Nullable Consumer<byte @Nullable [], byte @Nullable []> consumer;

    /// @param kafka makes a consumer, again after each failure
    ConsumerThread(
            ReliableConsumer records,
            MessagingSettings.Consumer settings,
            Supplier<Consumer<byte @Nullable [], byte @Nullable []>> kafka,
            List<String> topics,
            Positions positions,
            OffsetFlush flush,
            DeliveryMetrics metrics) {
        this.records = records;
        this.settings = settings;
        this.kafka = kafka;
        this.topics = topics;
        this.positions = positions;
        this.flush = flush;
        this.metrics = metrics;
    }

    @Override
    public void run() {
        try {
            while (!isStopping()) {
                consumeUntilItFails();
            }
        } finally {
            stopped.countDown();
        }
    }

    /// Whether the consumer has failed and no other one has polled since, or its thread has ended unasked.
    boolean hasFailed() {
        return failures.get() > 0 || (stopped.getCount() == 0 && !isStopping());
    }

    /// Lets what is in flight end, writes down what is finished, leaves the group. Waits for it, for a bounded time.
    void stop() {
        stopping.countDown();
        Consumer<?, ?> polling = consumer;
        if (polling != null) {
            polling.wakeup();
        }
        try {
            if (!stopped.await(
                    settings.drainLimit().plus(LAST_WORD).plus(COMMIT_PATIENCE).toMillis() + 1_000,
                    TimeUnit.MILLISECONDS)) {
                LOG.warnf("Consumption of %s did not end in time; what is not finished will be repeated", topics);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    private void consumeUntilItFails() {
        try (Consumer<byte @Nullable [], byte @Nullable []> polling = kafka.get()) {
            consumer = polling;
            polling.subscribe(topics, this);
            while (!isStopping()) {
                turn(polling);
                failures.set(0);
            }
        } catch (WakeupException stop) {
            LOG.debug("woken up to stop");
        } catch (Throwable failure) {
            // an Error as well: a thread that ends silently would leave its partitions to nobody
            report(failure);
            waitAWhile();
        } finally {
            consumer = null;
            // its close has handed the partitions over; after a failure that did not happen
            records.assignments().forEach(records::forget);
        }
    }

    private void turn(Consumer<byte @Nullable [], byte @Nullable []> polling) {
        Collection<TopicPartition> held = records.held(polling.assignment());
        polling.resume(polling.paused());
        polling.pause(held);
        for (ConsumerRecord<byte @Nullable [], byte @Nullable []> record :
                polling.poll(held.isEmpty() ? POLL : HELD_POLL)) {
            Assignment home = home(record);
            records.accept(record, record.offset() < home.offsets().next() ? cut(home, record.offset()) : home);
        }
        List<TopicPartition> anew = positions.madeAnew(records.assignments());
        if (!anew.isEmpty()) {
            LOG.warnf("%s were deleted and made anew; they begin anew", anew);
            records.assignments().stream()
                    .filter(assignment -> anew.contains(assignment.partition()))
                    .forEach(records::forget);
            onPartitionsAssigned(anew);
        }
        if (flush.isDue()) {
            flush.send(polling, records.assignments());
            metrics.lag(lags(polling));
        }
    }

    /// A record that is left out here would be lost without a word, as the consumer's position is past it.
    private Assignment home(ConsumerRecord<?, ?> record) {
        Assignment home = records.assignment(new TopicPartition(record.topic(), record.partition()));
        if (home == null) {
            throw new IllegalStateException("polled " + record.topic() + "-" + record.partition() + "-"
                    + record.offset() + " of a partition that is not assigned");
        }
        return home;
    }

    /// The log ends below what was read of it: what is on its way was of the part that is lost.
    private Assignment cut(Assignment home, long offset) {
        records.forget(home);
        Assignment anew = positions.restart(home.partition(), offset);
        records.assigned(anew);
        return anew;
    }

    private Map<TopicPartition, Long> lags(Consumer<?, ?> polling) {
        Map<TopicPartition, Long> lags = new HashMap<>();
        for (Assignment assignment : records.assignments()) {
            OptionalLong unread = polling.currentLag(assignment.partition());
            lags.put(
                    assignment.partition(),
                    unread.orElse(0) + assignment.offsets().open());
        }
        return lags;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        Consumer<?, ?> polling = consumer;
        if (polling != null && !partitions.isEmpty()) {
            positions.begin(polling, partitions).values().forEach(records::assigned);
        }
    }

    /// Lets what is in flight end, for a bounded time, and writes down what is finished; the next owner repeats the
    /// rest.
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        List<Assignment> going = records.assignments().stream()
                .filter(assignment -> partitions.contains(assignment.partition()))
                .toList();
        going.forEach(Assignment::revoke);
        awaitEnds(going, settings.drainLimit());
        going.forEach(Assignment::handOver);
        awaitEnds(going, LAST_WORD);
        Consumer<?, ?> polling = consumer;
        if (polling != null && !going.isEmpty()) {
            flush.sendAndWait(polling, going, COMMIT_PATIENCE);
        }
        going.forEach(records::forget);
    }

    private void awaitEnds(List<Assignment> going, Duration patience) {
        long latest = System.nanoTime() + patience.toNanos();
        try {
            for (Assignment assignment : going) {
                assignment.awaitEnds(Duration.ofNanos(latest - System.nanoTime()));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Somebody else has them already.
    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        records.assignments().stream()
                .filter(assignment -> partitions.contains(assignment.partition()))
                .forEach(records::forget);
    }

    /// At the 1st, 2nd, 4th, 8th … failure: heard at once, and no storm during a long outage.
    private void report(Throwable failure) {
        metrics.interrupted();
        if (Integer.bitCount(failures.incrementAndGet()) == 1) {
            LOG.logf(
                    failure instanceof KafkaException ? Logger.Level.WARN : Logger.Level.ERROR,
                    failure instanceof KafkaException ? null : failure,
                    "Consumption of %s is interrupted (%s); trying again",
                    topics,
                    RootCause.of(failure));
        }
    }

    private void waitAWhile() {
        try {
            var _ = stopping.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
