package dev.ballast.redis;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Two servers behind one address, of which the first comes back to life after the second has taken over.
class FailoverTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void send_oldMasterWakesAfterTheLogHasMovedOn_isNeverAnsweredByIt() {
        try (TwoMasters masters = new TwoMasters()) {
            RedisFixture pod = masters.pod;

            masters.old.pause();
            masters.leadToNext();
            long moved = System.nanoTime() + Duration.ofMillis(500).toNanos(); // old answers from before are in by then
            await().atMost(PATIENCE).until(() -> pod.log().confirmedAt() - moved > 0);
            masters.old.resume();

            await().atMost(PATIENCE).until(() -> {
                String who = who(pod);
                if (who.equals("old")) {
                    throw new AssertionError("answered by the master that was replaced");
                }
                return who.equals("next");
            });
        }
    }

    /// Cut off from its replicas, and not from a pod whose connections stay on it.
    @Test
    void send_oldMasterLivesOnAndTakesNoWrites_isLeftForTheOneInItsPlace() {
        try (TwoMasters masters = new TwoMasters()) {
            RedisFixture pod = masters.pod;

            masters.leadToNext();
            assertEquals("old", who(pod));
            call(masters.toOld, "CONFIG", "SET", "min-replicas-to-write", "1");

            await().atMost(PATIENCE).until(() -> who(pod).equals("next"));
            await().atMost(PATIENCE)
                    .until(() -> pod.log().lagNanos() < Duration.ofSeconds(1).toNanos());
        }
    }

    /// Two servers that say who they are, and a pod that follows the log of the old one, at an address that may lead to
    /// the next.
    private static final class TwoMasters implements AutoCloseable {
        private final Vertx vertx = Vertx.vertx();
        private final RedisProcess old = new RedisProcess().start();
        private final RedisProcess next = new RedisProcess().start();
        private final RedisFixture toOld = RedisFixture.connectedTo(old);
        private final RedisFixture toNext = RedisFixture.connectedTo(next);
        private final Switch address = new Switch(vertx, old.port());
        private final RedisFixture pod = new RedisFixture("redis://localhost:" + address.port(), Map.of());

        TwoMasters() {
            set(toOld, "old");
            set(toNext, "next");
            await().atMost(PATIENCE).until(() -> pod.lines().up() == 2);
            pod.following();
            assertEquals("old", who(pod));
        }

        void leadToNext() {
            address.leadTo(next.port());
        }

        @Override
        public void close() {
            pod.close();
            toNext.close();
            toOld.close();
            next.close();
            old.close();
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Test
    void send_masterTakesNoWritesAndNoneIsInItsPlace_isNotAnsweredByItUntilItDoes() {
        try (RedisProcess server = new RedisProcess().start();
                RedisFixture console = RedisFixture.connectedTo(server);
                RedisFixture pod = RedisFixture.connectedTo(server).following()) {
            set(console, "old");
            assertEquals("old", who(pod));
            call(console, "CONFIG", "SET", "min-replicas-to-write", "1");

            await().atMost(PATIENCE).until(() -> who(pod).equals("nobody"));
            await().during(Duration.ofSeconds(2)).atMost(PATIENCE).until(() -> who(pod).equals("nobody"));
            call(console, "CONFIG", "SET", "min-replicas-to-write", "0");

            await().atMost(PATIENCE).until(() -> who(pod).equals("old"));
        }
    }

    @Test
    void send_refusedForWantOfReplicas_reconnectsMoreAndMoreSlowly() {
        try (RedisProcess server = new RedisProcess("--min-replicas-to-write", "1").start();
                RedisFixture console = RedisFixture.connectedTo(server);
                RedisFixture pod = RedisFixture.connectedTo(server)) {
            long before = connections(console);
            long begin = System.nanoTime();
            long elapsedMs = 0;
            while (elapsedMs < 3_000) {
                var _ = pod.commands()
                        .send(Request.cmd(Command.DEL).arg("nothing"))
                        .onFailure()
                        .recoverWithNull()
                        .await()
                        .atMost(PATIENCE);
                elapsedMs = Duration.ofNanos(System.nanoTime() - begin).toMillis();
            }
            long opened = connections(console) - before;
            assertTrue(opened > 0, "none was opened anew");
            // Half a second at least between two attempts of a line, but for the first few.
            assertTrue(opened <= 2 * (7 + elapsedMs / 500), "opened " + opened);
        }
    }

    @Test
    void open_replicaThatIsPromotedLater_isUsedOnlyThenAndUnderItsRunAsMaster() {
        try (RedisProcess server = new RedisProcess().start();
                RedisFixture console = RedisFixture.connectedTo(server)) {
            call(console, "REPLICAOF", "127.0.0.1", "1");
            long before = connections(console);
            try (RedisFixture pod = new RedisFixture("redis://localhost:" + server.port(), Map.of())) {
                await().atMost(PATIENCE).until(() -> connections(console) >= before + 2);

                call(console, "REPLICAOF", "NO", "ONE");

                await().atMost(PATIENCE).until(() -> pod.lines().up() == 2);
                assertEquals(RunId.in(call(console, "INFO")), pod.lines().pick().runId());
            }
        }
    }

    private static long connections(RedisFixture console) {
        return call(console, "INFO", "stats")
                .lines()
                .filter(line -> line.startsWith("total_connections_received:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
                .findFirst()
                .orElseThrow();
    }

    private static String call(RedisFixture console, String word, String... words) {
        Request request = Request.cmd(Command.create(word));
        List.of(words).forEach(request::arg);
        return String.valueOf(console.commands().send(request).await().atMost(PATIENCE));
    }

    private static void set(RedisFixture server, String name) {
        var _ = server.commands()
                .send(Request.cmd(Command.SET).arg("who").arg(name))
                .await()
                .atMost(PATIENCE);
    }

    private static String who(RedisFixture pod) {
        return pod.commands()
                .send(Request.cmd(Command.GET).arg("who"), Duration.ofSeconds(5))
                .map(String::valueOf)
                .onFailure()
                .recoverWithItem("nobody")
                .await()
                .atMost(PATIENCE);
    }

    /// An address that leads to one port and later to another; connections stay where they were made to.
    private static final class Switch {
        private final NetServer server;
        private volatile int target;

        Switch(Vertx vertx, int target) {
            this.target = target;
            NetClient client = vertx.createNetClient();
            server = vertx.createNetServer()
                    .connectHandler(from -> {
                        from.pause();
                        client.connect(this.target, "127.0.0.1")
                                .onSuccess(to -> {
                                    pass(from, to);
                                    pass(to, from);
                                })
                                .onFailure(_ -> from.close());
                    })
                    .listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        }

        private static void pass(NetSocket from, NetSocket to) {
            from.handler(to::write);
            from.closeHandler(_ -> to.close());
            from.resume();
        }

        int port() {
            return server.actualPort();
        }

        void leadTo(int port) {
            target = port;
        }
    }
}
