package dev.ballast.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Kafka: one node in KRaft mode that is broker and controller.
final class KafkaEngine implements Engine {
    /// 6 partitions let several pods share a topic; rebalances start at once; a broker that comes back after a kill
    /// is let in again as soon as its former session is over. The listener WAY tells clients to come by a port
    /// where a [FaultProxy] may stand: else the first answer would lead them past it.
    private static final String SETTINGS = """
            process.roles=broker,controller
            node.id=1
            controller.quorum.voters=1@127.0.0.1:%2$d
            listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d,WAY://127.0.0.1:%5$d
            advertised.listeners=PLAINTEXT://localhost:%1$d,WAY://localhost:%4$d
            listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,WAY:PLAINTEXT
            inter.broker.listener.name=PLAINTEXT
            controller.listener.names=CONTROLLER
            log.dirs=%3$s
            num.partitions=6
            auto.create.topics.enable=true
            default.replication.factor=1
            offsets.topic.replication.factor=1
            offsets.topic.num.partitions=4
            transaction.state.log.replication.factor=1
            transaction.state.log.min.isr=1
            transaction.state.log.num.partitions=4
            share.coordinator.state.topic.replication.factor=1
            share.coordinator.state.topic.min.isr=1
            group.initial.rebalance.delay.ms=0
            group.min.session.timeout.ms=1000
            broker.heartbeat.interval.ms=500
            broker.session.timeout.ms=2000
            controlled.shutdown.max.retries=1
            log.cleaner.dedupe.buffer.size=16777216
            """;

    private final int port;
    private final int controllerPort;
    private final int wayPort;
    private final int wayTarget;
    private final Path directory;

    /// @param wayPort where a proxy may listen
    /// @param wayTarget where that proxy leads to
    KafkaEngine(int port, int controllerPort, int wayPort, int wayTarget, Path state) {
        this.port = port;
        this.controllerPort = controllerPort;
        this.wayPort = wayPort;
        this.wayTarget = wayTarget;
        this.directory = state.resolve("data/kafka");
    }

    @Override
    public String name() {
        return Server.KAFKA.id();
    }

    @Override
    public String title() {
        return Server.KAFKA.title();
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public String url() {
        return "localhost:" + port;
    }

    @Override
    public void prepare() throws IOException {
        Files.createDirectories(directory);
        Path logs = directory.resolve("logs");
        Files.writeString(properties(), SETTINGS.formatted(port, controllerPort, logs, wayPort, wayTarget));
    }

    @Override
    public List<String> command() {
        List<String> flags = List.of("-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-Xshare:auto");
        return Java.command(
                flags,
                KafkaBroker.class,
                properties().toString(),
                directory.resolve("logs").toString());
    }

    /// The broker opens its port last, when it has been let into the cluster.
    @Override
    public boolean ready() {
        return Ports.answers(port);
    }

    int wayPort() {
        return wayPort;
    }

    int wayTarget() {
        return wayTarget;
    }

    private Path properties() {
        return directory.resolve("server.properties");
    }
}
