package dev.ballast.kafka;

import dev.ballast.problem.InvalidSettings;
import dev.ballast.problem.RootCause;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/// Creates the topics with the stated partitions once Kafka can be reached, beside the start of the
/// service and not in its way, and says in the log when Kafka cannot be reached.
@Singleton
class TopicSetup {
    private static final Logger LOG = Logger.getLogger(TopicSetup.class);
    private static final String LETTERS = "_dlq";
    private static final short BROKERS_OWN = -1;
    /// Brokers delete whole segments only: a quiet topic would keep records a week longer than told.
    private static final Duration SEGMENT = Duration.ofDays(1);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final KafkaAdmin admin;
    private final EventPublisher publisher;
    private final KafkaSettings settings;
    private final Event<TopicsReady> ready;
    private final String address;
    private final AtomicInteger failures = new AtomicInteger();
    private volatile boolean stopping;

    @Inject
    TopicSetup(
            KafkaAdmin admin,
            EventPublisher publisher,
            KafkaSettings settings,
            Event<TopicsReady> ready,
            @ConfigProperty(name = "kafka.bootstrap.servers") String address) {
        this.admin = admin;
        this.publisher = publisher;
        this.settings = settings;
        this.ready = ready;
        this.address = address;
    }

    /// What is wrong with the topics, each with its key and what is allowed.
    static List<String> wrong(KafkaSettings settings) {
        List<String> wrong = new ArrayList<>();
        if (settings.replicationFactor() != BROKERS_OWN && settings.replicationFactor() < 1) {
            wrong.add("ballast.kafka.replication-factor must be at least 1, or -1 for the broker's own, not "
                    + settings.replicationFactor());
        }
        settings.topics().forEach((name, topic) -> {
            String key = "ballast.kafka.topics." + name;
            if (topic.partitions() < 1) {
                wrong.add(key + ".partitions must be at least 1, not " + topic.partitions());
            }
            // -1 would mean for ever, beyond the rows that absorb a repetition
            if (topic.retention().toMillis() < 1) {
                wrong.add(key + ".retention must be at least a millisecond, not " + topic.retention());
            }
            if (topic.maxMessageBytes().orElse(1) < 1) {
                wrong.add(key + ".max-message-bytes must be at least 1, not "
                        + topic.maxMessageBytes().get());
            }
        });
        return wrong;
    }

    /// @throws IllegalStateException names every setting that cannot be, which no broker would ever take
    void start(@Observes StartupEvent started) {
        InvalidSettings.refuse(wrong(settings));
        var unused = Uni.createFrom()
                .deferred(() -> admin.create(topics()))
                .chain(this::warmUp)
                .onFailure()
                .invoke(this::report)
                .onFailure(failure -> !stopping)
                .retry()
                .withBackOff(FIRST_PAUSE, LONGEST_PAUSE)
                .indefinitely()
                .subscribe()
                .with(
                        done -> {
                            LOG.infof("Kafka at %s answers; topics %s are there", address, names());
                            ready.fire(new TopicsReady());
                            compareRetentions();
                        },
                        given -> LOG.debug("Topics given up at shutdown", given));
    }

    /// Topics that keep their records for longer than stated: those that were there before are left as they are.
    static List<String> keptTooLong(KafkaSettings settings, Map<String, Long> retentions) {
        List<String> tooLong = new ArrayList<>();
        new TreeMap<>(settings.topics()).forEach((name, topic) -> {
            long real = retentions.getOrDefault(name, 0L);
            if (real < 0 || real > topic.retention().toMillis()) {
                tooLong.add("Topic %s keeps its records %s, and ballast.kafka.topics.%s.retention says %s"
                        .formatted(name, real < 0 ? "for ever" : Duration.ofMillis(real), name, topic.retention()));
            }
        });
        return tooLong;
    }

    private void compareRetentions() {
        var _ = admin.retentions(names())
                .subscribe()
                .with(
                        found -> keptTooLong(settings, found)
                                .forEach(topic -> LOG.errorf(
                                        "%s: read again after what absorbs repetitions is forgotten, they would be"
                                                + " handled twice",
                                        topic)),
                        unknown -> LOG.warnf(
                                "How long topics keep their records is not known: %s", RootCause.of(unknown)));
    }

    void stop(@Observes ShutdownEvent stopped) {
        stopping = true;
    }

    private List<NewTopic> topics() {
        return settings.topics().entrySet().stream()
                .map(topic -> topic(topic.getKey(), topic.getValue()))
                .toList();
    }

    private NewTopic topic(String name, KafkaSettings.Topic topic) {
        Map<String, String> configs = new HashMap<>();
        configs.put(
                TopicConfig.RETENTION_MS_CONFIG, Long.toString(topic.retention().toMillis()));
        if (name.endsWith(LETTERS)) {
            // by which a letter is kept and expires, whatever the clock of the pod says that wrote it
            configs.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
        }
        configs.put(TopicConfig.SEGMENT_MS_CONFIG, Long.toString(SEGMENT.toMillis()));
        topic.maxMessageBytes()
                .ifPresent(bytes -> configs.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(bytes)));
        return new NewTopic(name, topic.partitions(), settings.replicationFactor()).configs(configs);
    }

    private Uni<Void> warmUp() {
        return Multi.createFrom()
                .iterable(settings.topics().keySet())
                .onItem()
                .transformToUniAndConcatenate(publisher::warmUp)
                .collect()
                .asList()
                .replaceWithVoid();
    }

    private Set<String> names() {
        return new TreeSet<>(settings.topics().keySet());
    }

    /// At the 1st, 2nd, 4th, 8th … failure: heard at once, and no storm during a long outage.
    private void report(Throwable failure) {
        if (Integer.bitCount(failures.incrementAndGet()) != 1) {
            return;
        }
        if (failure instanceof AuthorizationException || failure instanceof PolicyViolationException) {
            LOG.errorf(
                    "Kafka at %s does not let the service create its topics (%s); nothing is consumed until %s are there",
                    address, RootCause.of(failure), names());
        } else {
            LOG.warnf(
                    "Kafka at %s (set by KAFKA_BOOTSTRAP) cannot be reached, or has not all of %s: %s; "
                            + "records wait to be published and consumed, trying again",
                    address, names(), failure instanceof PublishFailed ? failure : RootCause.of(failure));
        }
    }
}
