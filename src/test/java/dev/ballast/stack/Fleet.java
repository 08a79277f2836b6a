package dev.ballast.stack;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// All servers and pods of one stack.
final class Fleet {
    /// The names of [#addresses()].
    static final Set<String> ADDRESSES = Set.of(
            "POSTGRES_URL",
            "POSTGRES_USER",
            "POSTGRES_PASSWORD",
            "REDIS_URL",
            "KAFKA_BOOTSTRAP",
            "RECOMMENDATIONS_URL");

    /// Where a [FaultProxy] to Kafka listens, and where it leads to.
    static final String KAFKA_WAY = "KAFKA_WAY_PORT";

    static final String KAFKA_WAY_TARGET = "KAFKA_WAY_TARGET_PORT";

    private static final Duration PODS_END_WITHIN = Duration.ofSeconds(6);

    private final Options options;
    private final Ports ports;
    private final Ledger ledger;
    private final Consumer<String> progress;
    private final PostgresEngine postgres;
    private final RedisEngine redis;
    private final KafkaEngine kafka;
    private final RecommendationsEngine recommendations;
    private final Map<String, Supervised> servers = new LinkedHashMap<>();
    private final Map<String, Supervised> pods = new ConcurrentSkipListMap<>();
    private volatile boolean ending;

    /// @param progress takes one line for people
    Fleet(Options options, Ports ports, Ledger ledger, Consumer<String> progress) {
        this.options = options;
        this.ports = ports;
        this.ledger = ledger;
        this.progress = progress;
        Path state = options.state();
        Binaries binaries = new Binaries(options.target().resolve("stack-binaries"));
        this.postgres = new PostgresEngine(claim(Server.POSTGRES), state, binaries);
        this.redis = new RedisEngine(claim(Server.REDIS), state, binaries);
        this.kafka = new KafkaEngine(claim(Server.KAFKA), ports.free(), ports.free(), ports.free(), state);
        this.recommendations = new RecommendationsEngine(claim(Server.RECOMMENDATIONS), ports.free());
        for (Engine engine : List.of(postgres, redis, kafka, recommendations)) {
            servers.put(engine.name(), supervise(engine));
        }
    }

    /// Starts the servers, all at once, and fills the database.
    void startServers() {
        atOnce(servers.values().stream().<Runnable>map(server -> () -> startServer(server)));
    }

    /// Starts pods, all at once.
    void startPods(List<PodPlan> plans) {
        atOnce(plans.stream().map(plan -> () -> startPod(plan)));
    }

    /// Starts a pod and waits until it is ready.
    Status startPod(PodPlan plan) {
        PodPlan placed = plan.port() == 0 ? plan.at(ports.free()) : plan;
        if (!plan.name().matches("[a-z][a-z0-9-]*") || servers.containsKey(plan.name())) {
            throw new StackFailure("a pod cannot be named " + plan.name());
        }
        Supervised pod = supervise(new PodEngine(placed, options.target(), addresses()));
        if (pods.putIfAbsent(plan.name(), pod) != null) {
            throw new StackFailure("there is a pod " + plan.name() + " already");
        }
        return pod.start();
    }

    /// Kills a pod and forgets it.
    void removePod(String name) {
        Supervised pod = pods.remove(name);
        if (pod != null) {
            pod.kill();
        }
    }

    /// The server or pod of this name.
    Supervised named(String name) {
        Supervised found = servers.getOrDefault(name, pods.get(name));
        if (found == null) {
            throw new StackFailure("nothing is named " + name + "; there are "
                    + statuses().stream().map(Status::name).toList());
        }
        return found;
    }

    List<Status> statuses() {
        List<Supervised> all = new ArrayList<>(servers.values());
        all.addAll(pods.values());
        return all.stream().map(Supervised::status).toList();
    }

    /// Where the fault of the recommendation API is set.
    String faultsUrl() {
        return recommendations.faultsUrl();
    }

    /// What a pod or a test needs to reach the servers, by the names of the environment.
    Map<String, String> addresses() {
        Map<String, String> addresses = new LinkedHashMap<>();
        addresses.put("POSTGRES_URL", postgres.url());
        addresses.put("POSTGRES_USER", PostgresEngine.NAME);
        addresses.put("POSTGRES_PASSWORD", PostgresEngine.NAME);
        addresses.put("REDIS_URL", redis.url());
        addresses.put("KAFKA_BOOTSTRAP", kafka.url());
        addresses.put("RECOMMENDATIONS_URL", recommendations.url());
        return addresses;
    }

    /// `<NAME>_PID` of each server and pod, `<NAME>_URL` of each pod, and the ports of the way to Kafka.
    Map<String, String> processes() {
        Map<String, String> processes = new LinkedHashMap<>();
        processes.put(KAFKA_WAY, Integer.toString(kafka.wayPort()));
        processes.put(KAFKA_WAY_TARGET, Integer.toString(kafka.wayTarget()));
        for (Status status : statuses()) {
            String name = status.name().toUpperCase(Locale.ROOT).replace('-', '_');
            processes.put(name + "_PID", Long.toString(status.pid()));
            if (pods.containsKey(status.name())) {
                processes.put(name + "_URL", status.url());
            }
        }
        return processes;
    }

    /// Lets the pods end in order before their servers vanish.
    void endPods() {
        ending = true;
        Collection<Supervised> ending = pods.values();
        ending.forEach(Supervised::ask);
        Processes.until(PODS_END_WITHIN, () -> ending.stream()
                .allMatch(pod -> pod.status().pid() == 0));
    }

    private static void atOnce(Stream<Runnable> tasks) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture.allOf(tasks.map(task -> CompletableFuture.runAsync(task, threads))
                            .toArray(CompletableFuture[]::new))
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StackFailure failure ? failure : e;
        }
    }

    private void startServer(Supervised server) {
        long begin = System.nanoTime();
        server.start();
        if (server.engine() == postgres) {
            new Seed(postgres).sow();
        }
        progress.accept("%-18s ready on port %-5d after %.1f s"
                .formatted(server.engine().title(), server.engine().port(), (System.nanoTime() - begin) / 1e9));
    }

    private int claim(Server server) {
        return ports.claim(options.port(server), server.title(), server.id() + ".port");
    }

    private Supervised supervise(Engine engine) {
        return new Supervised(engine, ledger, Logs.of(options.state(), engine.name()), this::report);
    }

    private void report(Status ended) {
        if (!ending) {
            progress.accept("%s ended with %d; see %s".formatted(ended.name(), ended.exitCode(), ended.log()));
        }
    }
}
