package dev.ballast.messaging;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/// Counts what happens to records. Labels come from fixed sets: topics, outcomes, reasons.
@Singleton
class DeliveryMetrics {
    private final MeterRegistry registry;

    @Inject
    DeliveryMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void consumed(String topic, String outcome) {
        registry.counter("ballast.messaging.records", "topic", topic, "outcome", outcome)
                .increment();
    }

    void retried(String topic, String cause) {
        registry.counter("ballast.messaging.retries", "topic", topic, "cause", cause)
                .increment();
    }

    void deadLettered(String topic, String reason) {
        registry.counter("ballast.messaging.dead.letters", "topic", topic, "reason", reason)
                .increment();
    }

    void published(String topic, String outcome) {
        registry.counter("ballast.messaging.publishes", "topic", topic, "outcome", outcome)
                .increment();
    }
}
