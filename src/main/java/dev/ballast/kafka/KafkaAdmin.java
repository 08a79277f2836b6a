package dev.ballast.kafka;

import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jspecify.annotations.Nullable;

/// Asks the brokers about themselves. Works on worker threads, because connecting resolves names.
@Singleton
public class KafkaAdmin {
    private static final int TIMEOUT_MS = 5_000;

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private final Map<String, Object> settings;
    private @Nullable Admin admin;

    @Inject
    KafkaAdmin(@Identifier("default-kafka-broker") Map<String, Object> broker) {
        settings = new HashMap<>(broker);
        settings.put(AdminClientConfig.CLIENT_ID_CONFIG, "ballast-admin");
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
    }

    /// Completes when a broker answered. On a thread of its own, as the workers may all be held up.
    Uni<Void> ask(Duration limit) {
        return on(Thread::startVirtualThread, client -> client.describeCluster(
                                new DescribeClusterOptions().timeoutMs((int) limit.toMillis()))
                        .nodes())
                .replaceWithVoid();
    }

    /// Creates the topics that are missing, one after the other. Asks first, because a cluster that keeps the
    /// creation of topics to itself refuses it for those that are there as well.
    Uni<Void> create(Collection<NewTopic> topics) {
        return onWorker(client -> client.listTopics().names())
                .chain(there -> createAll(topics.stream()
                        .filter(topic -> !there.contains(topic.name()))
                        .toList()));
    }

    private Uni<Void> createAll(Collection<NewTopic> missing) {
        return Multi.createFrom()
                .iterable(missing)
                .onItem()
                .transformToUniAndConcatenate(this::create)
                .collect()
                .last()
                .replaceWithVoid();
    }

    private Uni<Void> create(NewTopic topic) {
        return onWorker(client -> client.createTopics(List.of(topic)).all())
                .onFailure(TopicExistsException.class)
                .recoverWithNull();
    }

    /// The ids by which the brokers tell a topic from an earlier one of its name.
    public Uni<Map<String, String>> topicIds(Collection<String> topics) {
        return onWorker(client -> client.describeTopics(topics).allTopicNames()).map(found -> {
            Map<String, String> ids = new HashMap<>();
            found.forEach((name, topic) -> ids.put(name, topic.topicId().toString()));
            return ids;
        });
    }

    /// How long the brokers really keep the records of each topic, in milliseconds; negative where for ever.
    Uni<Map<String, Long>> retentions(Collection<String> topics) {
        List<ConfigResource> resources = topics.stream()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .toList();
        return onWorker(client -> client.describeConfigs(resources).all()).map(found -> {
            Map<String, Long> retentions = new HashMap<>();
            found.forEach((topic, config) -> retentions.put(
                    topic.name(),
                    Long.parseLong(config.get(TopicConfig.RETENTION_MS_CONFIG).value())));
            return retentions;
        });
    }

    private <T> Uni<T> onWorker(Function<Admin, KafkaFuture<T>> call) {
        return on(Infrastructure.getDefaultWorkerPool(), call);
    }

    private <T> Uni<T> on(Executor thread, Function<Admin, KafkaFuture<T>> call) {
        return Uni.createFrom()
                .item(this::client)
                .runSubscriptionOn(thread)
                .chain(client ->
                        Uni.createFrom().completionStage(call.apply(client).toCompletionStage()))
                .onFailure(ExecutionException.class)
                .transform(failure -> failure.getCause() == null ? failure : failure.getCause());
    }

    /// Made on first use: it fails while the brokers' names cannot be resolved.
    private synchronized Admin client() {
        if (admin == null) {
            admin = Admin.create(settings);
        }
        return admin;
    }

    @PreDestroy
    synchronized void close() {
        if (admin != null) {
            admin.close(CLOSE_TIMEOUT);
        }
    }
}
