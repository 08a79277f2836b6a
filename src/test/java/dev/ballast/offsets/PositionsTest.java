package dev.ballast.offsets;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.offsets.StoredOffsets.Place;
import dev.ballast.redis.OneRedis;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Where a partition begins, on a real Redis; a log that has lost its tail cannot be had from a broker at will.
class PositionsTest {
    private static final TopicPartition PARTITION = new TopicPartition("payments", 0);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final AtomicInteger GROUPS = new AtomicInteger();

    @RegisterExtension
    static final OneRedis REDIS = new OneRedis();

    private final String group = "positions-" + GROUPS.incrementAndGet();
    private final Place place = new Place(group, "payments", "id-1", 0);
    private final StoredOffsets stored = new StoredOffsets(REDIS.commands());
    private final Positions positions =
            new Positions(stored, topics -> Uni.createFrom().item(Map.of("payments", "id-1")), group);
    private final OffsetFlush flush = new OffsetFlush(stored, Duration.ofSeconds(1));
    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");

    @BeforeEach
    void assign() {
        consumer.assign(List.of(PARTITION));
    }

    @ParameterizedTest(name = "log {0} to {1}, Kafka {2}, Redis {3}: {4}")
    @CsvSource({
        "0,50,,,0", // never read
        "7,50,,,7", // nor its first records kept
        "0,50,20,,20",
        "0,50,,20,20",
        "0,50,20,30,30",
        "0,50,30,20,30",
        "0,50,50,50,50", // all read
        "10,50,5,5,10", // what was next is past its retention
        "0,50,100,100,0", // the tail is lost
        "0,50,100,40,40",
        "0,50,40,100,40",
    })
    void begin_offsetsStored_isTheLargerInRangeElseTheEarliest(
            long earliest, long latest, Long inKafka, Long inRedis, long expected) {
        log(earliest, latest);
        commit(inKafka, Positions.commit(place, 0).metadata());
        store(inRedis);

        assertEquals(expected, begin().offsets().position());
        assertEquals(expected, consumer.position(PARTITION));
    }

    @Test
    void begin_operatorsCommit_goesBeforeAHigherOneInRedis() {
        log(0, 50);
        commit(3L, "");
        store(40L);

        assertEquals(3, begin().offsets().position());
        assertEquals(3, begin().offsets().position(), "Redis has been set back too");
    }

    @Test
    void begin_commitOfAnEarlierTopic_countsNothing() {
        log(0, 50);
        commit(20L, Positions.commit(new Place(group, "payments", "id-0", 0), 0).metadata());

        assertEquals(0, begin().offsets().position());
    }

    /// Or it would be in range again once the log has grown, and what lies below would never be handled.
    @ParameterizedTest
    @CsvSource({"100,100", "100,40", "100,"})
    void begin_commitBeyondTheEnd_isLoweredByTheNextFlush(long inKafka, Long inRedis) {
        log(0, 50);
        commit(inKafka, Positions.commit(place, 0).metadata());
        store(inRedis);
        Assignment assignment = begin();
        long first = assignment.offsets().position();
        for (long offset = first; offset < 80; offset++) {
            assignment.offsets().begin(offset, 0);
            assignment.offsets().finish(offset);
        }
        flush.sendAndWait(consumer, List.of(assignment), PATIENCE);

        log(0, 120);
        assertEquals(80, begin().offsets().position());
    }

    private Assignment begin() {
        return positions.begin(consumer, List.of(PARTITION)).get(PARTITION);
    }

    private void log(long earliest, long latest) {
        consumer.updateBeginningOffsets(Map.of(PARTITION, earliest));
        consumer.updateEndOffsets(Map.of(PARTITION, latest));
    }

    private void commit(Long offset, String metadata) {
        if (offset != null) {
            consumer.commitSync(Map.of(PARTITION, new OffsetAndMetadata(offset, metadata)));
        }
    }

    private void store(Long offset) {
        if (offset != null) {
            var _ = stored.rewind(place, consumer.groupMetadata().generationId(), offset)
                    .await()
                    .atMost(PATIENCE);
        }
    }
}
