package dev.ballast.database;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.degradation.DegradationFixture;
import dev.ballast.degradation.Dependency;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The gate to PostgreSQL shuts while nobody answers, and opens again with the first answer, whoever hears it.
class GateTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Vertx vertx = Vertx.vertx();
    private final WireFake server = new WireFake(vertx);
    private final DegradationFixture degradation = DegradationFixture.onTheRealClock();
    private final Pool pool = Pool.newInstance(PgBuilder.pool()
            .connectingTo(server.url())
            .with(new PoolOptions().setMaxSize(2))
            .using(vertx)
            .build());
    private final Database database = new Database(
            pool,
            new SmallRyeConfigBuilder()
                    .withMapping(DatabaseSettings.class)
                    .withSources(new PropertiesConfigSource(Map.of(), "test", 500))
                    .build()
                    .getConfigMapping(DatabaseSettings.class),
            degradation.dependencies,
            server.url());
    private final PostgresProbe probe =
            new PostgresProbe(vertx, pool, degradation.dependencies, () -> PgConnectOptions.fromUri(server.url()));
    private final Dependency dependency = degradation.dependencies.named(PostgresProbe.NAME);

    @AfterEach
    void end() {
        probe.close();
        pool.closeAndForget();
        degradation.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void silence_shutsTheGate_andTheFirstAnswerToTheProbeOpensIt() {
        query();
        degradation.probe(probe);
        shut();

        server.silent = false;
        await().atMost(PATIENCE).until(() -> !dependency.isSilent());
        query();
    }

    @Test
    void silence_whereTheProbeIsNotLetIn_endsByThePoolsOwnConnections() {
        query();
        degradation.probe(probe);
        server.greetsNobody = true;
        shut();

        server.silent = false;
        await().atMost(PATIENCE).until(() -> !dependency.isSilent());
        query();
    }

    /// Falls silent, waits until that is noticed, and sees that nobody is asked any more.
    private void shut() {
        server.silent = true;
        await().atMost(PATIENCE).until(dependency::isSilent);
        assertEquals("open", dependency.breakers().get("statements"));
        int before = server.statements.get();
        long begin = System.nanoTime();
        for (int i = 0; i < 10; i++) {
            assertThrows(DatabaseUnavailable.class, this::query);
        }
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        assertTrue(took.compareTo(Duration.ofSeconds(3)) < 0, "they waited, " + took);
        assertTrue(server.statements.get() - before < 10, "they were sent");
        assertFalse(dependency.breakers().containsValue("closed"));
    }

    private void query() {
        var _ = database.query("SELECT 1", Tuple.tuple()).await().atMost(PATIENCE);
    }
}
