package dev.ballast.offsets;

import dev.ballast.offsets.StoredOffsets.Claim;
import dev.ballast.offsets.StoredOffsets.Place;
import dev.ballast.redis.RedisFailure;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Decides where consumption of a partition begins: at the larger of the offsets in Redis and in Kafka, where that
/// still lies in the topic, else at the earliest record. Both are at most the first record that is not finished.
///
/// What this service commits to Kafka says so in its metadata, and of which topic it is: an offset of an earlier topic
/// of the same name counts no more than one in Redis would. A commit that does not say so is an operator's
/// (`kafka-consumer-groups --reset-offsets`), and goes before all else, the offset in Redis included.
///
/// Blocks, as Kafka's consumer does: used on the consumer's own thread only, never on an event loop.
public final class Positions {
    private static final Logger LOG = Logger.getLogger(Positions.class);
    private static final String OURS = "ballast";
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration WATCH = Duration.ofSeconds(5);
    private static final long NONE = -1;

    private final StoredOffsets stored;
    private final Function<Collection<String>, Uni<Map<String, String>>> topicIds;
    private final String group;
    private volatile Map<String, String> seen = Map.of();
    private long watched = System.nanoTime();

    /// @param topicIds asks the brokers for the ids by which they tell a topic from an earlier one of its name
    public Positions(
            StoredOffsets stored, Function<Collection<String>, Uni<Map<String, String>>> topicIds, String group) {
        this.stored = stored;
        this.topicIds = topicIds;
        this.group = group;
    }

    /// The commit of an offset that is not an operator's.
    static OffsetAndMetadata commit(Place place, long offset) {
        return new OffsetAndMetadata(offset, OURS + ":" + place.topicId());
    }

    private static boolean isOurs(OffsetAndMetadata committed) {
        return committed.metadata().equals(OURS) || committed.metadata().startsWith(OURS + ":");
    }

    /// Whether it was committed for an earlier topic of this name.
    private static boolean isOfAnEarlierTopic(OffsetAndMetadata committed, Place place) {
        return committed.metadata().startsWith(OURS + ":")
                && !committed.metadata().equals(OURS + ":" + place.topicId());
    }

    /// Begins a partition anew whose log was cut below what was read, at the record it goes on with: what is stored
    /// goes down with it, or it would be in range again once the log has grown. Blocks, as [#begin].
    public Assignment restart(TopicPartition partition, long offset) {
        Map<String, String> ids = ids(Set.of(partition.topic()));
        Place place = place(partition, ids);
        LOG.warnf("%s has lost records: it goes on at %d", partition, offset);
        return new Assignment(partition, place, offset, NONE);
    }

    /// Partitions whose topic was deleted and made anew meanwhile: what is read and stored of them is of another log.
    /// Asks the brokers every few seconds, without waiting for the answer.
    public List<TopicPartition> madeAnew(Collection<Assignment> assignments) {
        if (System.nanoTime() - watched >= WATCH.toNanos() && !assignments.isEmpty()) {
            watched = System.nanoTime();
            var _ = topicIds.apply(assignments.stream()
                            .map(assignment -> assignment.partition().topic())
                            .collect(Collectors.toSet()))
                    .subscribe()
                    .with(ids -> seen = ids, failure -> LOG.debug("the topics' ids are not known", failure));
        }
        Map<String, String> ids = seen;
        return assignments.stream()
                .filter(assignment -> {
                    String id = ids.get(assignment.partition().topic());
                    return id != null && !id.equals(assignment.place().topicId());
                })
                .map(Assignment::partition)
                .toList();
    }

    private Map<String, String> ids(Set<String> topics) {
        Map<String, String> ids = topicIds.apply(topics).await().atMost(PATIENCE);
        seen = ids;
        watched = System.nanoTime();
        return ids;
    }

    private Place place(TopicPartition partition, Map<String, String> ids) {
        return new Place(group, partition.topic(), ids.getOrDefault(partition.topic(), ""), partition.partition());
    }

    /// Claims the partitions for the consumer's present generation and seeks to where each begins. Blocks, as the
    /// consumer's own questions do: on its thread, never on an event loop.
    public Map<TopicPartition, Assignment> begin(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        Set<TopicPartition> all = Set.copyOf(partitions);
        Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(all, PATIENCE);
        Map<TopicPartition, Long> earliest = consumer.beginningOffsets(all, PATIENCE);
        Map<TopicPartition, Long> latest = consumer.endOffsets(all, PATIENCE);
        Map<String, String> ids = ids(all.stream().map(TopicPartition::topic).collect(Collectors.toSet()));
        Map<TopicPartition, Assignment> begun = new HashMap<>();
        for (TopicPartition partition : all) {
            Place place = place(partition, ids);
            Range range = new Range(earliest.getOrDefault(partition, 0L), latest.getOrDefault(partition, 0L));
            OffsetAndMetadata inKafka = committed.get(partition);
            if (inKafka != null && isOfAnEarlierTopic(inKafka, place)) {
                inKafka = null;
            }
            long first = first(consumer, place, partition, inKafka, range);
            consumer.seek(partition, first);
            begun.put(partition, new Assignment(partition, place, first, kept(inKafka, first)));
        }
        return begun;
    }

    /// What need not be committed again. An offset beyond where the partition begins must not stay there until
    /// consumption is past it: the log may have lost its tail, and would hold that offset again once it has grown.
    private static long kept(@Nullable OffsetAndMetadata inKafka, long first) {
        return inKafka == null || inKafka.offset() > first ? NONE : inKafka.offset();
    }

    private record Range(long earliest, long latest) {
        boolean holds(long offset) {
            return offset >= earliest && offset <= latest;
        }
    }

    private long first(
            Consumer<?, ?> consumer,
            Place place,
            TopicPartition partition,
            @Nullable OffsetAndMetadata committed,
            Range range) {
        int generation = consumer.groupMetadata().generationId();
        long inKafka = committed == null ? NONE : committed.offset();
        if (committed != null && !isOurs(committed) && range.holds(inKafka)) {
            LOG.infof("%s begins at %d, where an operator has set group %s", partition, inKafka, group);
            return rewound(place, generation, inKafka);
        }
        long inRedis = claimed(consumer, place, partition, generation, committed, range);
        long first = LongStream.of(inRedis, inKafka).filter(range::holds).max().orElse(range.earliest());
        if (inRedis > first) {
            // beyond the end of a topic that has lost records: what comes there next is not finished
            LOG.warnf("%s has lost records: %d is stored and %d its end", partition, inRedis, range.latest());
            return rewound(place, generation, first);
        }
        return first;
    }

    /// The offset in Redis, taken over for this generation; [#NONE] where there is none or no answer.
    private long claimed(
            Consumer<?, ?> consumer,
            Place place,
            TopicPartition partition,
            int generation,
            @Nullable OffsetAndMetadata committed,
            Range range) {
        Claim claim = asked(stored.claim(place, generation, false));
        if (claim instanceof Claim.Outdated) {
            // Either this pod is late, or the brokers have forgotten the group and count its generations anew. They
            // take a commit from the present generation only.
            consumer.commitSync(
                    Map.of(partition, commit(place, committed == null ? range.earliest() : committed.offset())),
                    PATIENCE);
            claim = asked(stored.claim(place, generation, true));
        }
        return claim instanceof Claim.Owned owned ? owned.offset() : NONE;
    }

    private long rewound(Place place, int generation, long offset) {
        var _ = asked(stored.rewind(place, generation, offset));
        return offset;
    }

    /// Redis being away costs repetitions, which handlers absorb.
    private static @Nullable Claim asked(Uni<Claim> question) {
        return question.onFailure(RedisFailure.class)
                .invoke(away -> LOG.warnf("The offsets in Redis are not known (%s); those in Kafka count", away))
                .onFailure(RedisFailure.class)
                .recoverWithNull()
                .await()
                .atMost(PATIENCE);
    }
}
