package dev.ballast.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.offsets.OffsetFlush;
import dev.ballast.offsets.Positions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class ConsumerThreadTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicInteger made = new AtomicInteger();
    private final CountDownLatch polledAgain = new CountDownLatch(2);

    /// The position of that consumer is past it; another one begins at what is stored.
    @Test
    void poll_recordOfAPartitionThatIsNotAssigned_isNotLeftOutButMakesAnotherConsumer() throws Exception {
        ConsumerThread consumption = consumption();
        Thread thread = Thread.ofPlatform().start(consumption);

        assertTrue(polledAgain.await(1, TimeUnit.MINUTES));
        consumption.stop();
        thread.join();

        assertEquals(2, made.get());
        assertEquals(
                1,
                registry.counter("ballast.messaging.interruptions", "consumer", "payments")
                        .count());
    }

    private ConsumerThread consumption() {
        DeliveryMetrics metrics = new DeliveryMetrics(registry, "payments");
        Backoff backoff = new Backoff(Duration.ofMillis(1), Duration.ofMillis(1), new Random(1));
        Circuit circuit = new Circuit(backoff, (pause, task) -> {}, System::nanoTime);
        return new ConsumerThread(
                new ReliableConsumer("payments", null, circuit, new Inflow(8, 1_000), List.of(), metrics),
                ConfiguredTest.mapped(Map.of()).consumers().get("payments"),
                Brokers::new,
                List.of("payments"),
                new Positions(null, topics -> Uni.createFrom().item(Map.of()), "ballast-payments"),
                new OffsetFlush(null, Duration.ofHours(1)),
                metrics);
    }

    /// No broker can be brought to do so.
    private final class Brokers extends MockConsumer<byte[], byte[]> {
        private final int number = made.incrementAndGet();

        Brokers() {
            super("earliest");
        }

        @Override
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration patience) {
            polledAgain.countDown();
            if (number > 1 || polledAgain.getCount() == 0) {
                return ConsumerRecords.empty();
            }
            TopicPartition partition = new TopicPartition("payments", 0);
            ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>("payments", 0, 7, null, new byte[1]);
            return new ConsumerRecords<>(Map.of(partition, List.of(record)), Map.of());
        }
    }
}
