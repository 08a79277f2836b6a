package dev.ballast.offsets;

import dev.ballast.failpoint.FailPoint;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/// Writes down how far each partition is finished, in Redis and, for the tools that show the lag, in Kafka. What is
/// written is always true, so a write that is lost costs repetitions and the next one makes it good.
/// On the consumer's thread only.
public final class OffsetFlush {
    private static final Logger LOG = Logger.getLogger(OffsetFlush.class);

    private static final String BOTH_WRITTEN = "offsets-after-acknowledgment";

    private final StoredOffsets stored;
    private final long everyNanos;
    private long last = System.nanoTime();

    public OffsetFlush(StoredOffsets stored, Duration every) {
        this.stored = stored;
        this.everyNanos = every.toNanos();
    }

    public boolean isDue() {
        return System.nanoTime() - last >= everyNanos;
    }

    /// Writes without waiting.
    public void send(Consumer<?, ?> consumer, Collection<Assignment> assignments) {
        last = System.nanoTime();
        Map<TopicPartition, OffsetAndMetadata> commits = commits(assignments);
        Uni<Void> redis = toRedis(consumer, assignments);
        Uni<Void> both = commits.isEmpty()
                ? redis
                : Uni.join()
                        .all(redis, toKafka(consumer, commits).invoke(() -> note(assignments, commits)))
                        .andFailFast()
                        .replaceWithVoid()
                        .invoke(() -> FailPoint.reached(BOTH_WRITTEN));
        var _ = both.subscribe().with(done -> {}, failure -> LOG.debug("offsets not committed", failure));
    }

    private static Uni<Void> toKafka(Consumer<?, ?> consumer, Map<TopicPartition, OffsetAndMetadata> commits) {
        return Uni.createFrom()
                .emitter(emitter -> consumer.commitAsync(commits, (sent, failure) -> {
                    if (failure == null) {
                        emitter.complete(null);
                    } else {
                        emitter.fail(failure);
                    }
                }));
    }

    /// Writes and waits for both answers, at most so long for each. Kafka first: the hand-over happens because Kafka is
    /// there, while Redis may be what is away, and must not take the other's time. Blocks, as closing the consumer
    /// does: on its own thread, never on an event loop.
    public void sendAndWait(Consumer<?, ?> consumer, Collection<Assignment> assignments, Duration patience) {
        Map<TopicPartition, OffsetAndMetadata> commits = commits(assignments);
        try {
            if (!commits.isEmpty()) {
                consumer.commitSync(commits, patience);
                note(assignments, commits);
            }
        } catch (KafkaException failure) {
            LOG.debug("offsets not in Kafka at the hand-over", failure);
        }
        try {
            var _ = toRedis(consumer, assignments).await().atMost(patience);
        } catch (TimeoutException failure) {
            LOG.debug("offsets not in Redis at the hand-over", failure);
        }
    }

    /// What was not committed is tried again the next time.
    private static void note(Collection<Assignment> assignments, Map<TopicPartition, OffsetAndMetadata> sent) {
        for (Assignment assignment : assignments) {
            OffsetAndMetadata committed = sent.get(assignment.partition());
            if (committed != null) {
                assignment.toldKafka(committed.offset());
            }
        }
    }

    private static Map<TopicPartition, OffsetAndMetadata> commits(Collection<Assignment> assignments) {
        Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();
        for (Assignment assignment : assignments) {
            long position = assignment.offsets().position();
            if (assignment.isAheadOfKafka(position)) {
                commits.put(assignment.partition(), Positions.commit(assignment.place(), position));
            }
        }
        return commits;
    }

    /// Never fails.
    private Uni<Void> toRedis(Consumer<?, ?> consumer, Collection<Assignment> assignments) {
        int generation = consumer.groupMetadata().generationId();
        List<Uni<Void>> writes = new ArrayList<>();
        writes.add(Uni.createFrom().voidItem());
        for (Assignment assignment : assignments) {
            long position = assignment.offsets().position();
            if (assignment.isAheadOfRedis(position)) {
                writes.add(advance(assignment, generation, position));
            }
        }
        return Uni.join().all(writes).andFailFast().replaceWithVoid();
    }

    private Uni<Void> advance(Assignment assignment, int generation, long position) {
        return stored.advance(assignment.place(), generation, position, assignment.lowersRedis())
                .invoke(taken -> {
                    if (taken) {
                        assignment.toldRedis(position);
                    } else {
                        LOG.debugf("%s: an offset of generation %d is outdated", assignment.partition(), generation);
                    }
                })
                .replaceWithVoid()
                .onFailure()
                .invoke(failure -> LOG.debugf("%s: offset not in Redis: %s", assignment.partition(), failure))
                .onFailure()
                .recoverWithNull();
    }
}
