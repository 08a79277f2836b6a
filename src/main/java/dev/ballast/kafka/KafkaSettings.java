package dev.ballast.kafka;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Settings of the door to Kafka.
@ConfigMapping(prefix = "ballast.kafka")
public interface KafkaSettings {
    /// The topics that must exist, by name; those that are missing are created as stated, others stay as they are.
    Map<String, Topic> topics();

    /// Copies of each partition of a topic created here; -1 leaves it to the broker's own default.
    @WithDefault("-1")
    short replicationFactor();

    /// Records that may wait for the sending thread. Full means that Kafka is away or too slow, so that
    /// publishing fails at once instead of taking memory.
    @WithDefault("10000")
    int publishQueue();

    /// How long a send may wait for the topic's metadata and for buffer space before it fails.
    @WithDefault("PT1S")
    Duration publishBlock();

    /// When the producer gives a record up that no broker acknowledged. Long enough for a change of the
    /// partition's leader; after it only the sender's own repetition delivers the record.
    @WithDefault("PT10S")
    Duration deliveryTimeout();

    /// Settings of one topic created here.
    interface Topic {
        /// Bounds how many pods share the work.
        @WithDefault("3")
        int partitions();

        /// How long the broker keeps a record. A week: longer than any outage, shorter than the rows that absorb
        /// repetitions are kept.
        @WithDefault("P7D")
        Duration retention();

        /// The largest batch of records the broker takes, in bytes; its own default otherwise.
        Optional<Integer> maxMessageBytes();
    }
}
