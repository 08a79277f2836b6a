package dev.ballast.payments;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// Settings of payments.
@ConfigMapping(prefix = "ballast.payments")
interface PaymentsConfig {
    /// The largest amount of one payment, in minor units. Bounds the damage of a slipped digit.
    @WithDefault("100000000")
    long maxAmount();

    /// The largest balance of an account, in minor units. Two to the 53rd minus one: above it, readers
    /// that take JSON numbers for doubles see another balance than ours.
    @WithDefault("9007199254740991")
    long maxBalance();

    /// How long Redis keeps the outcome of an order for duplicates. A day, as the specification has it; PostgreSQL
    /// knows duplicates for as long as it keeps the order.
    @WithDefault("P1D")
    Duration rememberFor();

    /// How long `POST /payments` waits for Kafka before it leaves the order to the sweeper.
    @WithDefault("PT0.2S")
    Duration publishWait();

    /// How often the outbox is swept. Bounds how long an order waits once Kafka is back.
    @WithDefault("PT1S")
    Duration sweepEvery();

    /// How old an unpublished order must be for the sweeper to take it. Above [#publishWait()], so that it
    /// does not publish what a request is just publishing.
    @WithDefault("PT0.5S")
    Duration sweepGrace();

    /// Orders the sweeper takes in one transaction. Bounds its memory and how long its lock is held.
    @WithDefault("500")
    int sweepBatch();

    /// How long the sweeper goes on publishing one batch. With [#sweepWait()] below the time limit of a
    /// database transaction, inside which it publishes.
    @WithDefault("PT1S")
    Duration sweepBudget();

    /// How long the sweeper waits for the acknowledgment of one order.
    @WithDefault("PT1S")
    Duration sweepWait();

    /// Batches one sweep takes at most before it leaves the turn to another pod.
    @WithDefault("50")
    int sweepRounds();

    /// How long after its publication an order that is not settled is published once more. An hour: longer than most
    /// backlogs, which absorb the repetition, and sooner than anybody notices that a record is gone.
    @WithDefault("PT1H")
    Duration republishAfter();

    /// How often such orders are looked for.
    @WithDefault("PT10M")
    Duration republishEvery();

    /// How long a settled order is kept. 90 days: its row absorbs every repetition, so it must outlive whatever can
    /// repeat it: the topic (7 days), the dead-letter topic (30 days), and a replay (up to 60 days after the first
    /// death, `ballast.deadletters.replay-within`, and the topic's week after that).
    @WithDefault("P90D")
    Duration keepOrdersFor();

    /// How often older ones are looked for. An hour: nobody waits for it.
    @WithDefault("PT1H")
    Duration retainEvery();
}
