package dev.ballast.messaging;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;

/// Settings of the way to and from Kafka.
@ConfigMapping(prefix = "ballast.messaging")
interface MessagingConfig {
    /// Topics that must exist; each gets its dead-letter topic `{topic}_dlq` too.
    @WithDefault("payments")
    List<String> topics();

    /// Partitions of a topic created here. Bounds how many pods share the work; existing topics stay as they are.
    @WithDefault("3")
    int partitions();

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

    /// The first pause between two attempts at a record; doubles with each attempt, drawn with full jitter.
    @WithDefault("PT0.05S")
    Duration retryPause();

    /// The longest pause between two attempts, so that work resumes within it after a dependency returns.
    @WithDefault("PT1S")
    Duration retryPauseLimit();

    /// Attempts at a record that fails for a reason nobody foresaw, before it becomes a dead letter. A
    /// dependency that is down uses none of them up.
    @WithDefault("5")
    int maxAttempts();

    /// How long one attempt may take before it counts as a dependency that hangs.
    @WithDefault("PT10S")
    Duration attemptTimeout();
}
