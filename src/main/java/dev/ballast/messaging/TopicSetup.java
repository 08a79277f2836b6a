package dev.ballast.messaging;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
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
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    /// A dead letter is a little larger than its record, for its headers; Kafka's default limit is 1 MiB.
    private static final String DEAD_LETTER_BYTES = String.valueOf(2 * 1024 * 1024);

    private final KafkaAdmin admin;
    private final SendingThread sending;
    private final MessagingConfig config;
    private final Event<TopicsReady> ready;
    private final String address;
    private final AtomicInteger failures = new AtomicInteger();
    private volatile boolean stopping;

    @Inject
    TopicSetup(
            KafkaAdmin admin,
            SendingThread sending,
            MessagingConfig config,
            Event<TopicsReady> ready,
            @ConfigProperty(name = "kafka.bootstrap.servers") String address) {
        this.admin = admin;
        this.sending = sending;
        this.config = config;
        this.ready = ready;
        this.address = address;
    }

    void start(@Observes StartupEvent started) {
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
                            LOG.infof("Kafka at %s answers; topics %s are there", address, config.topics());
                            ready.fire(new TopicsReady(config.topics()));
                        },
                        given -> LOG.debug("Topics given up at shutdown", given));
    }

    void stop(@Observes ShutdownEvent stopped) {
        stopping = true;
    }

    private List<NewTopic> topics() {
        return config.topics().stream()
                .flatMap(name -> Stream.of(
                        topic(name),
                        topic(name + "_dlq").configs(Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, DEAD_LETTER_BYTES))))
                .toList();
    }

    private NewTopic topic(String name) {
        return new NewTopic(name, config.partitions(), config.replicationFactor());
    }

    private Uni<Void> warmUp() {
        return Multi.createFrom()
                .iterable(config.topics())
                .onItem()
                .transformToUniAndConcatenate(sending::warmUp)
                .collect()
                .asList()
                .replaceWithVoid();
    }

    /// At the 1st, 2nd, 4th, 8th … failure: heard at once, and no storm during a long outage.
    private void report(Throwable failure) {
        if (Integer.bitCount(failures.incrementAndGet()) != 1) {
            return;
        }
        if (failure instanceof AuthorizationException || failure instanceof PolicyViolationException) {
            LOG.errorf(
                    "Kafka at %s does not let the service create its topics (%s); nothing is consumed until %s and their"
                            + " _dlq are there",
                    address, RootCause.of(failure), config.topics());
        } else {
            LOG.warnf(
                    "Kafka at %s (set by KAFKA_BOOTSTRAP) cannot be reached: %s; "
                            + "records wait to be published and consumed, trying again",
                    address, RootCause.of(failure));
        }
    }
}
