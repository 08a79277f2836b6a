package dev.ballast.redis;

import dev.ballast.degradation.Dependency;
import dev.ballast.degradation.DependencyFixture;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.redis.client.RedisOptions;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.awaitility.Awaitility;

/// The redis room on a plain Vert.x against a server of the test's choice, without Quarkus.
public final class RedisFixture implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Dependency dependency = DependencyFixture.dependencyOfATest();
    private final Lines lines;
    private final RedisCommands commands;
    private final InvalidationLog log;

    public RedisFixture(String url, Map<String, String> settings) {
        RedisSettings mapped = settings(settings);
        RedisOptions options = new RedisOptions().setConnectionString(url);
        lines = new Lines(vertx, () -> new RedisOptions(options), mapped, System::nanoTime, new Random(1));
        commands = new RedisCommands(lines, mapped, registry, dependency);
        log = new InvalidationLog(commands, lines, vertx, mapped, registry);
        lines.open();
    }

    static RedisSettings settings(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withMapping(RedisSettings.class)
                .withSources(new PropertiesConfigSource(values, "test", 500))
                .build()
                .getConfigMapping(RedisSettings.class);
    }

    /// Connected to the server, with default settings but a deadline that a busy machine keeps.
    public static RedisFixture connectedTo(RedisProcess server) {
        return connectedTo(server, Map.of("ballast.redis.command-timeout", "PT5S"));
    }

    public static RedisFixture connectedTo(RedisProcess server, Map<String, String> settings) {
        RedisFixture fixture = new RedisFixture("redis://localhost:" + server.port(), settings);
        Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(10))
                .until(() -> fixture.lines.up() == 2);
        return fixture;
    }

    public Vertx vertx() {
        return vertx;
    }

    public RedisCommands commands() {
        return commands;
    }

    /// The invalidation log, which is read once [InvalidationLog#open] was called.
    public InvalidationLog log() {
        return log;
    }

    /// Starts to read the log, as at the service's start, and waits until it is confirmed.
    public RedisFixture following() {
        log.open();
        Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(10))
                .until(() -> log.lagNanos() < Duration.ofSeconds(1).toNanos());
        return this;
    }

    public SimpleMeterRegistry registry() {
        return registry;
    }

    Dependency dependency() {
        return dependency;
    }

    Lines lines() {
        return lines;
    }

    @Override
    public void close() {
        log.close();
        lines.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
