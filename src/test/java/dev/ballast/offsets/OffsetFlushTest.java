package dev.ballast.offsets;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.offsets.StoredOffsets.Claim;
import dev.ballast.offsets.StoredOffsets.Place;
import dev.ballast.redis.OneRedis;
import dev.ballast.redis.RedisFixture;
import dev.ballast.redis.RedisProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class OffsetFlushTest {
    private static final TopicPartition PARTITION = new TopicPartition("payments", 0);

    @RegisterExtension
    static final OneRedis REDIS = new OneRedis();

    private final OffsetFlush flush = new OffsetFlush(new StoredOffsets(REDIS.commands()), Duration.ofSeconds(1));
    private final Group group = new Group();

    @Test
    void send_nothingMovedSince_tellsKafkaOnce() {
        List<Assignment> finished = List.of(finished());

        flush.send(group, finished);
        flush.send(group, finished);

        assertEquals(List.of(1L), group.taken);
    }

    @Test
    void send_refusedDuringARebalance_isToldAgainThoughNothingMoved() {
        List<Assignment> finished = List.of(finished());
        group.rebalancing = true;
        flush.send(group, finished);

        group.rebalancing = false;
        flush.send(group, finished);

        assertEquals(List.of(1L), group.taken);
    }

    @Test
    void sendAndWait_redisAway_tellsKafkaAllTheSame() {
        RedisProcess gone = new RedisProcess().start();
        try (RedisFixture away = RedisFixture.connectedTo(gone)) {
            gone.pause();
            new OffsetFlush(new StoredOffsets(away.commands()), Duration.ofSeconds(1))
                    .sendAndWait(group, List.of(finished()), Duration.ofMillis(1));
            gone.resume();
        } finally {
            gone.close();
        }

        assertEquals(List.of(1L), group.taken);
    }

    @Test
    void sendAndWait_kafkaAway_tellsRedisAllTheSame() {
        group.rebalancing = true;
        Place place = new Place("group-without-kafka", "payments", "id-1", 0);
        Assignment assignment = new Assignment(PARTITION, place, 7, 0);

        flush.sendAndWait(group, List.of(assignment), Duration.ofSeconds(5));

        assertEquals(
                new Claim.Owned(7),
                new StoredOffsets(REDIS.commands())
                        .claim(place, 1_000, false)
                        .await()
                        .atMost(Duration.ofSeconds(5)));
    }

    private static Assignment finished() {
        Assignment assignment = new Assignment(PARTITION, new Place("group", "payments", "id-1", 0), 0, 0);
        assignment.offsets().begin(0, 0);
        assignment.offsets().finish(0);
        return assignment;
    }

    /// A broker can be brought to refuse a commit, but not at a moment of the test's choice.
    private static final class Group extends MockConsumer<byte[], byte[]> {
        private final List<Long> taken = new ArrayList<>();
        private boolean rebalancing;

        Group() {
            super("earliest");
        }

        @Override
        public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration patience) {
            if (rebalancing) {
                throw new RebalanceInProgressException();
            }
            offsets.values().forEach(offset -> taken.add(offset.offset()));
        }

        @Override
        public synchronized void commitAsync(
                Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
            if (rebalancing) {
                callback.onComplete(offsets, new RebalanceInProgressException());
            } else {
                offsets.values().forEach(offset -> taken.add(offset.offset()));
                callback.onComplete(offsets, null);
            }
        }
    }
}
