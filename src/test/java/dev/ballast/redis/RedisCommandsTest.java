package dev.ballast.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.redis.RedisUnavailable.Reason;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RedisCommandsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final RedisScript SUM =
            RedisScript.of("sum", "return redis.call('INCRBY', KEYS[1], tonumber(ARGV[1]) + tonumber(ARGV[2]))");

    private static RedisProcess server;
    private static RedisFixture fixture;
    private static RedisCommands redis;

    @BeforeAll
    static void start() {
        server = new RedisProcess().start();
        fixture = RedisFixture.connectedTo(server);
        redis = fixture.commands();
    }

    @AfterAll
    static void stop() {
        fixture.close();
        server.close();
    }

    @Test
    void send_missingKey_answersNull() {
        assertNull(redis.send(get("nothing-here")).await().atMost(PATIENCE));
    }

    @Test
    void send_5000AtOnceFromOneEventLoop_allAnswered() {
        List<Response> replies = onEventLoop(() -> Uni.join()
                        .all(IntStream.range(0, 5_000)
                                .mapToObj(i ->
                                        redis.send(Request.cmd(Command.ECHO).arg("e" + i), PATIENCE))
                                .toList())
                        .andFailFast())
                .join();

        assertEquals(5_000, replies.size());
        assertEquals("e4999", replies.getLast().toString());
    }

    @Test
    void send_moreThanMayWait_refusesTheRestAndServesTheOthers() {
        try (RedisFixture small = RedisFixture.connectedTo(server, Map.of("ballast.redis.max-outstanding", "10"))) {
            List<CompletableFuture<Response>> answers = new ArrayList<>();
            CompletableFuture<Void> sent = new CompletableFuture<>();
            small.vertx().getOrCreateContext().runOnContext(_ -> {
                for (int i = 0; i < 30; i++) {
                    answers.add(small.commands()
                            .send(Request.cmd(Command.PING), PATIENCE)
                            .subscribeAsCompletionStage());
                }
                sent.complete(null);
            });
            sent.join();

            List<Throwable> failures = answers.stream()
                    .map(answer -> answer.handle((_, failure) -> failure).join())
                    .toList();
            assertEquals(
                    10, failures.stream().filter(failure -> failure == null).count());
            assertEquals(
                    20,
                    failures.stream()
                            .filter(failure -> failure instanceof RedisUnavailable unavailable
                                    && unavailable.reason() == Reason.OVERLOADED)
                            .count());
        }
    }

    @Test
    void send_errorReply_failsWithTheReplyAndIsCounted() {
        redis.send(Request.cmd(Command.SET).arg("text").arg("x")).await().atMost(PATIENCE);

        RedisRejection rejection = assertThrows(
                RedisRejection.class,
                () -> redis.send(Request.cmd(Command.INCR).arg("text")).await().atMost(PATIENCE));

        assertTrue(rejection.is("ERR"), rejection.reply());
        assertEquals(
                1,
                fixture.registry()
                        .get("ballast.redis.commands")
                        .tags("command", "incr", "outcome", "error")
                        .timer()
                        .count());
    }

    @Test
    void run_afterScriptFlush_sendsTheTextOnce() {
        assertEquals(3, sum("a", "1", "2"));
        redis.send(Request.cmd(Command.SCRIPT).arg("FLUSH")).await().atMost(PATIENCE);

        assertEquals(10, sum("a", "3", "4"));
        assertEquals(15, sum("a", "2", "3"));
    }

    @Test
    void run_failingScript_isNotSentTwice() {
        RedisScript failing = RedisScript.of(
                "failing", "redis.call('INCR', KEYS[1]) return redis.error_reply('NOSCRIPTING is not NOSCRIPT')");

        assertThrows(RedisRejection.class, () -> redis.run(failing, List.of("runs"), List.of(), PATIENCE)
                .await()
                .atMost(PATIENCE));

        assertEquals("1", redis.send(get("runs")).await().atMost(PATIENCE).toString());
    }

    @Test
    void send_fromADuplicatedContext_resumesOnIt() {
        VertxInternal vertx = (VertxInternal) fixture.vertx();
        for (int loop = 0; loop < 4; loop++) { // more than there are event loops
            ContextInternal request = vertx.createEventLoopContext().duplicate();
            CompletableFuture<Context> resumed = new CompletableFuture<>();
            request.runOnContext(_ -> redis.send(get("nothing-here"))
                    .subscribe()
                    .with(_ -> resumed.complete(Vertx.currentContext()), resumed::completeExceptionally));
            assertSame(request, resumed.join());
        }
    }

    @Test
    void runId_onceConnected_isTheServers() {
        String info =
                redis.send(Request.cmd(Command.INFO)).await().atMost(PATIENCE).toString();

        String runId = fixture.lines().pick().runId();

        assertEquals(40, runId.length());
        assertTrue(info.contains("run_id:" + runId.substring(0, 20)));
        assertTrue(info.contains("master_replid:" + runId.substring(20)));
    }

    @Test
    void runId_demotedAndPromotedAgain_isAnother() {
        String before = fixture.lines().pick().runId();
        await(Request.cmd(Command.REPLICAOF).arg("127.0.0.1").arg("1"));
        await(Request.cmd(Command.REPLICAOF).arg("NO").arg("ONE"));

        String after = RunId.in(String.valueOf(await(Request.cmd(Command.INFO))));

        assertEquals(40, after.length());
        assertNotEquals(before, after);
    }

    private Response await(Request command) {
        return redis.send(command).await().atMost(PATIENCE);
    }

    @Test
    void check_reachableServer_completes() {
        RedisProbe probe = new RedisProbe(redis);
        assertEquals("redis", probe.dependency());
        assertNull(probe.check().await().atMost(PATIENCE));
    }

    @Test
    void gauge_connected_countsConnections() {
        assertEquals(
                2,
                fixture.registry().get("ballast.redis.connections.up").gauge().value());
    }

    private static int sum(String key, String a, String b) {
        Response reply =
                redis.run(SUM, List.of(key), List.of(a, b), PATIENCE).await().atMost(PATIENCE);
        return assertInstanceOf(Response.class, reply).toInteger();
    }

    private static Request get(String key) {
        return Request.cmd(Command.GET).arg(key);
    }

    private static <T> CompletableFuture<T> onEventLoop(Supplier<Uni<T>> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        fixture.vertx()
                .getOrCreateContext()
                .runOnContext(_ -> work.get().subscribe().with(done::complete, done::completeExceptionally));
        return done;
    }
}
