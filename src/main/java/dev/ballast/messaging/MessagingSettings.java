package dev.ballast.messaging;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithDefaults;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Settings of the consumers, by the name of their handler, each with a default.
@ConfigMapping(prefix = "ballast.messaging")
interface MessagingSettings {
    @WithDefaults
    Map<String, Consumer> consumers();

    /// Settings of one consumer.
    interface Consumer {
        /// The topics it reads; otherwise the one of its name. The dead letters' consumer reads those of all others.
        Optional<List<String>> topics();

        /// Its group; otherwise `ballast-<name>`.
        Optional<String> group();

        /// Records in flight at a time, in equal shares for the partitions. Some 500 keep PostgreSQL busy in bulk
        /// and are a few hundred kilobytes.
        @WithDefault("512")
        int window();

        /// Bytes of the records in flight, shared likewise. 32 MiB of a heap of 256, for topics of large records.
        @WithDefault("33554432")
        long windowBytes();

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

        /// Processes a record may kill while it runs alone, before it becomes a dead letter. Three: the machine may
        /// have been at fault once.
        @WithDefault("3")
        int maxDeaths();

        /// For how long a process must have been handling records before one that killed another runs alone
        /// again; four times as long after the second. Five seconds: what else kills processes, at their start
        /// above all, convicts nobody.
        @WithDefault("PT5S")
        Duration trialAfter();

        /// How long one attempt may take before it counts as failed. Beyond every deadline a handler has of its own.
        @WithDefault("PT10S")
        Duration attemptTimeout();

        /// How often finished offsets are written to Redis and Kafka. Half a second: bounds what is repeated after a
        /// crash.
        @WithDefault("PT0.5S")
        Duration flushEvery();

        /// How long records in flight may take to end when their partition goes to another pod, or this one stops.
        /// Below the patience of the group's other members; the next owner repeats what is left.
        @WithDefault("PT3S")
        Duration drainLimit();
    }
}
