package dev.ballast.retention;

import dev.ballast.kafka.KafkaSettings;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/// Stops a start with settings under which a repetition could outlive what absorbs it. Reads the rooms' settings by
/// name: the rule lies between them, and none of them knows the others.
@Singleton
class LifetimesCheck {
    private static final Logger LOG = Logger.getLogger(LifetimesCheck.class);

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
        List<String> wrong = lifetimes.contradictions();
        if (!wrong.isEmpty()) {
            wrong.forEach(problem -> LOG.errorf("Contradicting setting: %s", problem));
            throw new IllegalStateException("refusing to start: " + String.join("; ", wrong));
        }
    }
}
