package dev.ballast.redis;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.degradation.Outage;
import dev.ballast.redis.RedisUnavailable.Reason;
import dev.ballast.stack.FaultProxy;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.impl.VertxInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.Test;

class RedisOutageTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /// Reconnects at least once a second, so a return is noticed within two on an idle machine; the rest is for a
    /// busy one.
    private static final Duration RETURN = Duration.ofSeconds(4);

    @Test
    void send_serverKilled_failsAtOnceAndRecoversOnceItIsBack() {
        try (RedisProcess server = new RedisProcess().start();
                RedisFixture fixture = RedisFixture.connectedTo(server)) {
            server.kill();
            await().atMost(RETURN).until(() -> fixture.lines().up() == 0);
            // A deadline that would be noticed: what fails with another reason did not wait for it.
            assertEquals(Reason.DISCONNECTED, reasonOfPing(fixture, PATIENCE));

            server.start();

            await().atMost(RETURN).until(() -> answers(fixture));
            await().atMost(RETURN).until(() -> fixture.lines().up() == 2);
        }
    }

    @Test
    void send_inFlightWhenServerIsKilled_fails() {
        try (RedisProcess server = new RedisProcess().start();
                RedisFixture fixture = RedisFixture.connectedTo(server)) {
            server.pause();
            var answer = ping(fixture, PATIENCE).subscribeAsCompletionStage();
            server.kill();

            Throwable failure = answer.handle((_, cause) -> cause).join();
            assertEquals(Reason.DISCONNECTED, ((RedisUnavailable) failure).reason());
        }
    }

    @Test
    void send_serverStopped_keepsItsDeadlineThenFailsAtOnceAndRecovers() {
        try (RedisProcess server = new RedisProcess().start();
                RedisFixture fixture =
                        RedisFixture.connectedTo(server, Map.of("ballast.redis.silence-limit", "PT0.3S"))) {
            server.pause();
            assertEquals(Reason.TIMED_OUT, reasonOfPing(fixture, Duration.ofMillis(100)));

            await().atMost(RETURN).until(() -> reasonOfPing(fixture, Duration.ofMillis(100)) == Reason.DISCONNECTED);
            server.resume();

            await().atMost(RETURN).until(() -> answers(fixture));
        }
    }

    @Test
    void send_patienceShorterThanTheAnswer_isNotHeldAgainstRedis() {
        try (RedisProcess server = new RedisProcess().start();
                FaultProxy way = FaultProxy.toRedis(server.port());
                RedisFixture fixture = new RedisFixture(way.url(), Map.of("ballast.redis.command-timeout", "PT5S"))) {
            await().atMost(PATIENCE).until(() -> answers(fixture));
            long before = fixture.dependency().calls().total();
            way.slow(Duration.ofMillis(60));
            assertEquals(Reason.TIMED_OUT, reasonOfPing(fixture, Duration.ofMillis(20)));
            await().atMost(PATIENCE).until(() -> fixture.dependency().calls().total() > before);
            assertEquals(0, fixture.dependency().calls().timedOut());

            way.hang();
            assertEquals(Reason.TIMED_OUT, reasonOfPing(fixture, Duration.ofMillis(20)));
            await().atMost(PATIENCE).until(() -> fixture.dependency().calls().timedOut() > 0);
        }
    }

    /// As in a burst of requests, or where the whole machine stood still: the answer waits in the socket.
    @Test
    void send_eventLoopHeldUp_isNotHeldAgainstTheConnection() {
        CountDownLatch sent = new CountDownLatch(1);
        CountDownLatch busy = new CountDownLatch(1);
        try (RedisProcess server = new RedisProcess().start();
                RedisFixture fixture = new RedisFixture(
                        "redis://localhost:" + server.port(),
                        Map.of("ballast.redis.max-connections", "1", "ballast.redis.silence-limit", "PT0.3S"))) {
            await().atMost(PATIENCE).until(() -> answers(fixture));
            String before = connection(fixture);
            VertxInternal vertx = (VertxInternal) fixture.vertx();
            Iterator<EventExecutor> loops = vertx.getEventLoopGroup().iterator();
            EventExecutor own = loops.next(); // the connection's
            own.execute(() -> hold(sent));
            Context caller = vertx.createEventLoopContext(
                    (EventLoop) loops.next(), null, getClass().getClassLoader());

            CompletableFuture<Object> answer = new CompletableFuture<>();
            caller.runOnContext(_ -> {
                ping(fixture, Duration.ofMillis(500)).subscribe().with(answer::complete, answer::completeExceptionally);
                own.execute(() -> hold(busy)); // as soon as it is sent, and before anything is read
                sent.countDown();
            });
            assertInstanceOf(
                    RedisUnavailable.class, answer.handle((_, cause) -> cause).join());
            busy.countDown();

            assertTrue(answers(fixture), "by the connection there is");
            assertEquals(before, connection(fixture));
        } finally {
            busy.countDown();
        }
    }

    private static String connection(RedisFixture fixture) {
        return String.valueOf(fixture.commands()
                .send(Request.cmd(Command.CLIENT).arg("ID"), PATIENCE)
                .await()
                .atMost(PATIENCE));
    }

    @Test
    void open_whatListensNeverGreets_isGivenUpForWhatDoes() throws IOException {
        List<Socket> held = new CopyOnWriteArrayList<>();
        try (RedisProcess server = new RedisProcess();
                ServerSocket silent = new ServerSocket(server.port(), 50, InetAddress.getByName("127.0.0.1"));
                RedisFixture fixture = new RedisFixture(
                        "redis://127.0.0.1:" + server.port(), Map.of("ballast.redis.connect-timeout", "PT0.3S"))) {
            held.add(silent.accept());
            held.add(silent.accept()); // both connections are made now and wait for a greeting that never comes
            silent.close();

            server.start();

            await().atMost(RETURN).until(() -> answers(fixture));
        } finally {
            for (Socket socket : held) {
                socket.close();
            }
        }
    }

    @Test
    void open_nobodyGreetsYet_isNoRefusal_untilSomebodyRefuses() throws IOException {
        List<Socket> held = new CopyOnWriteArrayList<>();
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
                RedisFixture fixture = new RedisFixture(
                        "redis://127.0.0.1:" + silent.getLocalPort(),
                        Map.of("ballast.redis.connect-timeout", "PT0.1S"))) {
            assertEquals(Reason.CONNECTING, reasonOfPing(fixture, PATIENCE));
            for (int attempt = 0; attempt < 5; attempt++) {
                held.add(silent.accept()); // of two lines, so that some attempts have ended
            }
            assertEquals(Reason.CONNECTING, reasonOfPing(fixture, PATIENCE));

            silent.close();
            await().atMost(RETURN).until(() -> reasonOfPing(fixture, PATIENCE) == Reason.DISCONNECTED);
        } finally {
            for (Socket socket : held) {
                socket.close();
            }
        }
    }

    /// As in a pod that has just started: the line of the invalidation log is there first, and the event loops of the
    /// others are still busy.
    @Test
    void open_lineBesidesIsFirst_saysNothingOfTheOthers() {
        VertxInternal vertx = (VertxInternal) Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        CountDownLatch busy = new CountDownLatch(1);
        try (RedisProcess server = new RedisProcess().start()) {
            Iterator<EventExecutor> loops = vertx.getEventLoopGroup().iterator();
            loops.next().execute(() -> hold(busy));
            RedisOptions options = new RedisOptions().setConnectionString("redis://127.0.0.1:" + server.port());
            RedisSettings settings = RedisFixture.settings(Map.of("ballast.redis.max-connections", "1"));
            Lines lines = new Lines(vertx, () -> new RedisOptions(options), settings, System::nanoTime, new Random(1));
            lines.open();
            Line besides = lines.ofItsOwn(
                    vertx.createEventLoopContext(
                            (EventLoop) loops.next(), null, getClass().getClassLoader()),
                    "log");
            besides.open();
            await().atMost(PATIENCE).until(besides::isOpen);
            RedisUnavailable none = assertThrows(RedisUnavailable.class, lines::pick);
            assertEquals(Reason.CONNECTING, none.reason());

            busy.countDown();
            await().atMost(PATIENCE).until(() -> lines.up() == 2);
            assertTrue(lines.pick().isOpen());
            besides.close();
            lines.close();
        } finally {
            busy.countDown();
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static void hold(CountDownLatch until) {
        try {
            var _ = until.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void runId_serverRestarted_isAnother() {
        try (RedisProcess server = new RedisProcess().start();
                RedisFixture fixture = RedisFixture.connectedTo(server)) {
            String before = fixture.lines().pick().runId();
            server.kill();
            server.start();
            await().atMost(RETURN).until(() -> answers(fixture));

            String after = fixture.lines().pick().runId();

            assertFalse(after.isEmpty() || after.equals(before), after);
        }
    }

    @Test
    void open_serverNotThere_saysSoOnceWithoutThePasswordAndConnectsLater() {
        List<String> lines = new CopyOnWriteArrayList<>();
        Handler capture = capture(lines);
        Logger logger = Logger.getLogger(Outage.class.getName());
        logger.addHandler(capture);
        try (RedisProcess server = new RedisProcess("--requirepass", "s3cret");
                RedisFixture fixture = new RedisFixture("redis://:s3cret@localhost:" + server.port(), Map.of())) {
            await().atMost(RETURN).until(() -> !lines.isEmpty());
            assertEquals(Reason.DISCONNECTED, reasonOfPing(fixture, PATIENCE));

            server.start();

            await().atMost(RETURN).until(() -> answers(fixture));
            assertEquals(2, lines.size(), lines::toString);
            assertTrue(lines.getFirst().contains("localhost:" + server.port()), lines::toString);
            assertTrue(lines.getFirst().contains("REDIS_URL"), lines::toString);
            assertFalse(lines.toString().contains("s3cret"), lines::toString);
        } finally {
            logger.removeHandler(capture);
        }
    }

    private static boolean answers(RedisFixture fixture) {
        return ping(fixture, Duration.ofSeconds(5))
                .replaceWith(true)
                .onFailure()
                .recoverWithItem(false)
                .await()
                .atMost(PATIENCE);
    }

    private static Reason reasonOfPing(RedisFixture fixture, Duration deadline) {
        return assertThrows(
                        RedisUnavailable.class,
                        () -> ping(fixture, deadline).await().atMost(PATIENCE.multipliedBy(2)))
                .reason();
    }

    private static Uni<?> ping(RedisFixture fixture, Duration deadline) {
        return fixture.commands().send(Request.cmd(Command.PING), deadline);
    }

    private static Handler capture(List<String> lines) {
        return new Handler() {
            @Override
            public void publish(LogRecord entry) {
                lines.add(entry instanceof ExtLogRecord known ? known.getFormattedMessage() : entry.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }
}
