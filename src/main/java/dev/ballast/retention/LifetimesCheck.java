package dev.ballast.retention;

import dev.ballast.kafka.KafkaSettings;
import dev.ballast.problem.InvalidSettings;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Stops a start with settings under which a repetition could outlive what absorbs it. Reads the rooms' settings by
/// name: the rule lies between them, and none of them knows the others.
@Singleton
class LifetimesCheck {
    private final Lifetimes lifetimes;

    @Inject
    LifetimesCheck(
            KafkaSettings kafka,
            @ConfigProperty(name = Lifetimes.ORDERS) Duration orders,
            @ConfigProperty(name = Lifetimes.REPLAY_WITHIN) Duration replayWithin,
            @ConfigProperty(name = Lifetimes.LETTERS) Duration letters) {
        Map<String, Duration> topics = new TreeMap<>();
        kafka.topics().forEach((name, topic) -> topics.put(name, topic.retention()));
        this.lifetimes = new Lifetimes(orders, replayWithin, letters, topics);
    }

    /// Before anything is forgotten.
    void check(@Observes @Priority(1) StartupEvent started) {
        InvalidSettings.refuse(lifetimes.contradictions());
    }
}
