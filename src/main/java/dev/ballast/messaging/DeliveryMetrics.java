package dev.ballast.messaging;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;

/// Counts what happens to the records of one consumer. Labels come from fixed sets: topics, outcomes, reasons.
final class DeliveryMetrics {
    private final MeterRegistry registry;
    private final String consumer;
    private final MultiGauge lag;

    DeliveryMetrics(MeterRegistry registry, String consumer) {
        this.registry = registry;
        this.consumer = consumer;
        this.lag = MultiGauge.builder("ballast.messaging.lag")
                .description("Records of a partition of this pod that are not finished")
                .tag("consumer", consumer)
                .register(registry);
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
        consumed(topic, "dead-lettered");
        registry.counter("ballast.messaging.dead.letters", "topic", topic, "reason", reason)
                .increment();
    }

    void interrupted() {
        registry.counter("ballast.messaging.interruptions", "consumer", consumer)
                .increment();
    }

    Timer settled() {
        return Timer.builder("ballast.messaging.delivery")
                .description("Time from a record's arrival here until it is finished")
                .tag("consumer", consumer)
                .register(registry);
    }

    void gauge(String name, String description, Supplier<Number> value) {
        io.micrometer.core.instrument.Gauge.builder("ballast.messaging." + name, value)
                .description(description)
                .tag("consumer", consumer)
                .register(registry);
    }

    void lag(Map<TopicPartition, Long> byPartition) {
        List<MultiGauge.Row<?>> rows = byPartition.entrySet().stream()
                .<MultiGauge.Row<?>>map(entry -> MultiGauge.Row.of(
                        Tags.of(
                                "topic",
                                entry.getKey().topic(),
                                "partition",
                                Integer.toString(entry.getKey().partition())),
                        entry.getValue()))
                .toList();
        lag.register(rows, true);
    }
}
