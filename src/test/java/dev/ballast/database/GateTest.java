package dev.ballast.database;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.degradation.DegradationFixture;
import dev.ballast.degradation.Dependency;
import dev.ballast.stack.Ports;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.LogRecord;
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

    /// The pool has two connections.
    @Test
    void transactions_failedThrownOrGivenUp_giveTheirConnectionsBack() {
        for (int i = 0; i < 3; i++) {
            assertThrows(
                    IllegalStateException.class,
                    () -> transaction(_ -> Uni.createFrom().failure(new IllegalStateException("refused"))));
            assertThrows(
                    IllegalStateException.class,
                    () -> transaction(_ -> {
                        throw new IllegalStateException("a defect");
                    }));
            CompletableFuture<String> answer = new CompletableFuture<>();
            CompletableFuture<Void> begun = new CompletableFuture<>();
            database.inTransaction(_ -> {
                        begun.complete(null);
                        return Uni.createFrom().completionStage(answer);
                    })
                    .subscribe()
                    .with(_ -> {})
                    .cancel();
            begun.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
            answer.complete("too late");
        }
        assertEquals("done", transaction(_ -> Uni.createFrom().item("done")));
    }

    private String transaction(Function<SqlConnection, Uni<String>> work) {
        return database.inTransaction(work).await().atMost(PATIENCE);
    }

    /// Lines that no log format has made break whoever reads the log.
    @Test
    void connectionReset_ofTheProbe_isNotPrinted() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            probe.check().await().atMost(PATIENCE);
            CompletableFuture<SqlConnection> begun = new CompletableFuture<>();
            CompletableFuture<Object> transaction = database.inTransaction(connection -> {
                        begun.complete(connection);
                        return connection.query("SELECT 1").execute().flatMap(_ -> Uni.createFrom()
                                .nothing());
                    })
                    .subscribeAsCompletionStage();
            begun.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
            server.reset();

            await().atMost(PATIENCE).until(transaction::isCompletedExceptionally);
            await().atMost(PATIENCE).until(() -> probe.check()
                    .replaceWith(true)
                    .onFailure()
                    .recoverWithItem(false)
                    .await()
                    .atMost(PATIENCE));
        } finally {
            System.setErr(before);
        }
        assertEquals("", printed.toString(StandardCharsets.UTF_8));
    }

    /// Once the pool cancels its timer this fails, and [PoolTimers] may go.
    @Test
    void poolTimer_ofAStatementThatGotNoConnection_isKeptOutOfTheLog() {
        List<Throwable> uncaught = new CopyOnWriteArrayList<>();
        vertx.exceptionHandler(uncaught::add);
        var nobody = PgBuilder.pool()
                .connectingTo("postgresql://ballast:ballast@localhost:" + Ports.anyFree() + "/ballast")
                .with(new PoolOptions().setConnectionTimeout(100).setConnectionTimeoutUnit(TimeUnit.MILLISECONDS))
                .using(vertx)
                .build();
        var answer = nobody.query("SELECT 1").execute().toCompletionStage().toCompletableFuture();
        assertThrows(CompletionException.class, answer::join);
        await().atMost(PATIENCE).until(() -> !uncaught.isEmpty());

        PoolTimers filter = new PoolTimers();
        LogRecord entry = new LogRecord(Level.SEVERE, "Uncaught exception received by Vert.x");
        assertTrue(filter.isLoggable(entry));
        entry.setThrown(uncaught.getFirst());
        assertFalse(filter.isLoggable(entry), uncaught::toString);
        entry.setThrown(new IllegalStateException("Result is already complete"));
        assertTrue(filter.isLoggable(entry), "of somebody else");
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
