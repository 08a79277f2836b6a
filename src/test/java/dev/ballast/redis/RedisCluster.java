package dev.ballast.redis;

import dev.ballast.stack.Ports;
import dev.ballast.stack.RedisConsole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/// A real Redis Cluster of three masters without replicas, the slots in equal parts.
///
/// ```java
/// try (RedisCluster cluster = RedisCluster.start()) {
///     stack.pod("a").property("quarkus.redis.client-type", "cluster").environment("REDIS_URL", cluster.url())…
/// ```
public final class RedisCluster implements AutoCloseable {
    private static final int NODES = 3;
    private static final int SLOTS = 16_384;
    /// A node talks to the others on its port + 10,000.
    private static final int BUS = 10_000;

    private final List<RedisProcess> nodes = new ArrayList<>();
    private final List<Path> directories = new ArrayList<>();

    private RedisCluster() {}

    /// Starts the nodes and waits until each of them serves all slots.
    public static RedisCluster start() {
        RedisCluster cluster = new RedisCluster();
        try {
            cluster.launch();
            cluster.join();
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /// All nodes, as `quarkus.redis.hosts` takes them.
    public String url() {
        return urls().collect(Collectors.joining(","));
    }

    /// Each node's own address.
    public Stream<String> urls() {
        return nodes.stream().map(RedisProcess::url);
    }

    /// A node, to be killed, paused and started again.
    public RedisProcess node(int index) {
        return nodes.get(index);
    }

    /// The index of the node that holds a key.
    public int ownerOf(String key) {
        long slot = Long.parseLong(RedisConsole.once(nodes.getFirst().url(), "CLUSTER", "KEYSLOT", key));
        return IntStream.range(0, NODES)
                .filter(node -> slot < SLOTS * (node + 1) / NODES)
                .findFirst()
                .orElseThrow();
    }

    /// Starts again what was killed, and waits for it.
    public void heal() {
        nodes.stream().filter(node -> !node.isRunning()).forEach(RedisProcess::start);
        awaitWhole();
    }

    /// Waits until each node says that it serves and sees the others serve. Redis takes some seconds for that after a
    /// node was away.
    public void awaitWhole() {
        Awaitility.await("the cluster is whole")
                .pollInterval(Duration.ofMillis(50))
                .atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .until(() -> urls().allMatch(RedisCluster::isWhole));
    }

    @Override
    public void close() {
        nodes.forEach(RedisProcess::close);
        directories.forEach(RedisCluster::delete);
    }

    private void launch() {
        for (int i = 0; i < NODES; i++) {
            Path directory = temporary();
            directories.add(directory);
            RedisProcess node = new RedisProcess(
                    freePort(),
                    "--cluster-enabled",
                    "yes",
                    "--cluster-node-timeout",
                    "2000",
                    "--dir",
                    directory.toString());
            nodes.add(node);
            node.start();
        }
    }

    private void join() {
        for (int i = 0; i < NODES; i++) {
            try (RedisConsole console = new RedisConsole(nodes.get(i).url())) {
                console.call(addSlots(SLOTS * i / NODES, SLOTS * (i + 1) / NODES));
                console.call("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
                if (i > 0) {
                    console.call(
                            "CLUSTER",
                            "MEET",
                            "127.0.0.1",
                            Integer.toString(nodes.getFirst().port()));
                }
            }
        }
        awaitWhole();
    }

    private static boolean isWhole(String url) {
        String info = RedisConsole.once(url, "CLUSTER", "INFO");
        return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + NODES);
    }

    /// Slot by slot, as Redis 6.2 knows no ranges.
    private static String[] addSlots(int from, int until) {
        List<String> command = new ArrayList<>(List.of("CLUSTER", "ADDSLOTS"));
        for (int slot = from; slot < until; slot++) {
            command.add(Integer.toString(slot));
        }
        return command.toArray(String[]::new);
    }

    private static int freePort() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = Ports.anyFree();
            try (ServerSocket bus = new ServerSocket(port + BUS)) {
                return port;
            } catch (IOException taken) {
                // the next one, then
            }
        }
        throw new IllegalStateException("no two free ports for a node");
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("redis-cluster");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
