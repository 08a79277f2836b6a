package dev.ballast.messaging;

import dev.ballast.database.Database;
import dev.ballast.executions.Executions;
import dev.ballast.executions.TakingTurns;
import dev.ballast.kafka.EventPublisher;
import dev.ballast.kafka.KafkaAdmin;
import dev.ballast.kafka.KafkaSettings;
import dev.ballast.kafka.TopicsReady;
import dev.ballast.offsets.OffsetFlush;
import dev.ballast.offsets.Positions;
import dev.ballast.offsets.StoredOffsets;
import dev.ballast.problem.InvalidSettings;
import dev.ballast.tracing.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/// Runs a consumer for each handler, from when the topics are there until the service stops.
@ApplicationScoped
class Consumers {
    /// How long a dead pod keeps its partitions.
    private static final int SESSION_MS = 6_000;

    private static final int METADATA_MS = 10_000;
    private static final int LOOPS = 4;

    private final Instance<RecordHandler> handlers;
    private final Configured configured;
    private final Map<String, Object> broker;
    private final Database database;
    private final EventPublisher publisher;
    private final StoredOffsets stored;
    private final KafkaAdmin admin;
    private final Tracing tracing;
    private final MeterRegistry registry;
    private final Vertx vertx;
    private final TakingTurns turns = new TakingTurns();
    private final String owner = Long.toString(new SecureRandom().nextLong(Long.MAX_VALUE), Character.MAX_RADIX);
    private final List<Running> running = new CopyOnWriteArrayList<>();
    private volatile boolean started;

    /// @throws IllegalStateException names every setting that cannot be
    @Inject
    Consumers(
            @Any Instance<RecordHandler> handlers,
            MessagingSettings settings,
            KafkaSettings kafka,
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            Database database,
            EventPublisher publisher,
            StoredOffsets stored,
            KafkaAdmin admin,
            Tracing tracing,
            MeterRegistry registry,
            Vertx vertx) {
        this.handlers = handlers;
        this.configured = checked(settings, kafka, handlers);
        this.broker = broker;
        this.database = database;
        this.publisher = publisher;
        this.stored = stored;
        this.admin = admin;
        this.tracing = tracing;
        this.registry = registry;
        this.vertx = vertx;
    }

    private static Configured checked(
            MessagingSettings settings, KafkaSettings kafka, Iterable<RecordHandler> handlers) {
        Configured configured = new Configured(settings, handlers);
        InvalidSettings.refuse(configured.wrong(kafka.topics().keySet()));
        return configured;
    }

    /// One consumer.
    record Running(String name, ConsumerThread thread, DeadLetters deadLetters, Circuit circuit) {}

    /// Whether all consumers run, which they do once their topics are there.
    boolean haveStarted() {
        return started;
    }

    /// The consumers so far; none before Kafka was seen.
    List<Running> running() {
        return running;
    }

    /// Being there is having checked the settings: a service with a wrong one does not start.
    void check(@Observes @Priority(2) StartupEvent started) {
        // nothing more to do
    }

    void start(@Observes TopicsReady ready) {
        List<Context> loops = Stream.<Context>generate(((VertxInternal) vertx)::createEventLoopContext)
                .limit(LOOPS)
                .toList();
        for (RecordHandler handler : handlers) {
            start(handler, loops);
        }
        started = true;
    }

    void stop(@Observes ShutdownEvent stopped) {
        running.parallelStream().forEach(consumer -> consumer.thread().stop());
    }

    private void start(RecordHandler handler, List<Context> loops) {
        String name = handler.name();
        MessagingSettings.Consumer own = configured.consumer(name);
        String group = configured.group(name);
        List<String> topics = configured.topics(name);
        Backoff backoff = new Backoff(own.retryPause(), own.retryPauseLimit(), new Random());
        BiConsumer<Duration, Runnable> timer = (pause, task) -> vertx.setTimer(pause.toMillis(), _ -> task.run());
        Circuit circuit = new Circuit(backoff, timer, System::nanoTime);
        DeadLetters deadLetters = new DeadLetters(publisher, backoff);
        DeliveryMetrics metrics = new DeliveryMetrics(registry, name);
        metrics.gauge(
                "dead.letters.unwritten", "Records whose dead letter the broker does not take", deadLetters::unwritten);
        Delivery delivery = new Delivery(
                handler,
                own,
                circuit,
                turns,
                new Executions(database, tracing, name, owner),
                deadLetters,
                new RecordSpans(tracing, group),
                metrics,
                backoff,
                InstantSource.system());
        ReliableConsumer records = new ReliableConsumer(
                name, delivery, circuit, new Inflow(own.window(), own.windowBytes()), loops, metrics);
        Map<String, Object> kafka = kafka(group, own.window());
        ConsumerThread thread = new ConsumerThread(
                records,
                own,
                () -> new KafkaConsumer<>(kafka),
                topics,
                new Positions(stored, admin::topicIds, group),
                new OffsetFlush(stored, own.flushEvery()),
                metrics);
        running.add(new Running(name, thread, deadLetters, circuit));
        Thread.ofPlatform().daemon().name("ballast-consumer-" + name).start(thread);
    }

    private Map<String, Object> kafka(String group, int window) {
        Map<String, Object> kafka = new HashMap<>(broker);
        kafka.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        kafka.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
        kafka.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
        kafka.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        // a record older than the group is owed a settlement too
        kafka.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        // a topic that is made, or made anew, while the service runs is found within it
        kafka.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, METADATA_MS);
        kafka.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        kafka.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        kafka.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_MS);
        kafka.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, SESSION_MS / 3);
        kafka.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        // what one poll may take beyond a partition's share of the window
        kafka.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Math.max(1, window / 16));
        return kafka;
    }
}
