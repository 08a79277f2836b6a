package dev.ballast.messaging;

import dev.ballast.kafka.KafkaAdmin;
import dev.ballast.offsets.Assignment;
import dev.ballast.offsets.OffsetFlush;
import dev.ballast.offsets.Positions;
import dev.ballast.offsets.StoredOffsets;
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
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The one thread that talks to Kafka's consumer: polls while there is room, goes on polling without taking anything
/// while there is none, so that it stays in its group, writes down what is finished, and hands partitions over.
/// A failure of the consumer costs the consumer, not the thread: it makes another one.
final class ConsumerThread implements Runnable, ConsumerRebalanceListener {
    private static final Logger LOG = Logger.getLogger(ConsumerThread.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration HELD_POLL = Duration.ofMillis(10);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration COMMIT_PATIENCE = Duration.ofSeconds(2);

    private final ReliableConsumer records;
    private final MessagingSettings.Consumer settings;
    private final Map<String, Object> kafka;
    private final List<String> topics;
    private final Positions positions;
    private final OffsetFlush flush;
    private final DeliveryMetrics metrics;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicInteger failures = new AtomicInteger();
    private volatile @Nullable KafkaConsumer<byte @Nullable [], byte @Nullable []> consumer;

    ConsumerThread(
            ReliableConsumer records,
            MessagingSettings.Consumer settings,
            Map<String, Object> kafka,
            List<String> topics,
            String group,
            StoredOffsets stored,
            KafkaAdmin admin,
            DeliveryMetrics metrics) {
        this.records = records;
        this.settings = settings;
        this.kafka = kafka;
        this.topics = topics;
        this.positions = new Positions(stored, admin, group);
        this.flush = new OffsetFlush(stored, settings.flushEvery());
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

    /// Whether the consumer has failed and no other one has polled since.
    boolean hasFailed() {
        return failures.get() > 0;
    }

    /// Lets what is in flight end, writes down what is finished, leaves the group. Waits for it, for a bounded time.
    void stop() {
        stopping.countDown();
        KafkaConsumer<?, ?> polling = consumer;
        if (polling != null) {
            polling.wakeup();
        }
        try {
            if (!stopped.await(settings.drainLimit().plus(COMMIT_PATIENCE).toMillis() + 1_000, TimeUnit.MILLISECONDS)) {
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
        try (KafkaConsumer<byte @Nullable [], byte @Nullable []> polling = new KafkaConsumer<>(kafka)) {
            consumer = polling;
            polling.subscribe(topics, this);
            while (!isStopping()) {
                turn(polling);
                failures.set(0);
            }
        } catch (WakeupException stop) {
            LOG.debug("woken up to stop");
        } catch (RuntimeException failure) {
            report(failure);
            waitAWhile();
        } finally {
            consumer = null;
            // its close has handed the partitions over; after a failure that did not happen
            records.assignments().forEach(records::forget);
        }
    }

    private void turn(KafkaConsumer<byte @Nullable [], byte @Nullable []> polling) {
        boolean held = records.isHeld();
        if (held) {
            polling.pause(polling.assignment());
        } else {
            polling.resume(polling.paused());
        }
        for (ConsumerRecord<byte @Nullable [], byte @Nullable []> record : polling.poll(held ? HELD_POLL : POLL)) {
            Assignment home = records.assignment(new TopicPartition(record.topic(), record.partition()));
            if (home != null) {
                records.accept(record, home);
            }
        }
        if (flush.isDue()) {
            flush.send(polling, records.assignments());
            metrics.lag(lags(polling));
        }
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
        awaitEnds(going);
        Consumer<?, ?> polling = consumer;
        if (polling != null && !going.isEmpty()) {
            flush.sendAndWait(polling, going, COMMIT_PATIENCE);
        }
        going.forEach(records::forget);
    }

    private void awaitEnds(List<Assignment> going) {
        long latest = System.nanoTime() + settings.drainLimit().toNanos();
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
    private void report(RuntimeException failure) {
        if (Integer.bitCount(failures.incrementAndGet()) == 1) {
            LOG.warnf(
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
