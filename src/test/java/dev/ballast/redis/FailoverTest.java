package dev.ballast.redis;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Two servers behind one address, of which the first comes back to life after the second has taken over.
class FailoverTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void send_oldMasterWakesAfterTheLogHasMovedOn_isNeverAnsweredByIt() {
        Vertx vertx = Vertx.vertx();
        try (RedisProcess old = new RedisProcess().start();
                RedisProcess next = new RedisProcess().start();
                RedisFixture toOld = RedisFixture.connectedTo(old);
                RedisFixture toNext = RedisFixture.connectedTo(next)) {
            set(toOld, "old");
            set(toNext, "next");
            Switch address = new Switch(vertx, old.port());
            try (RedisFixture pod = new RedisFixture("redis://localhost:" + address.port(), Map.of())) {
                await().atMost(PATIENCE).until(() -> pod.lines().up() == 2);
                pod.following();
                assertEquals("old", who(pod));

                old.pause();
                address.leadTo(next.port());
                long moved =
                        System.nanoTime() + Duration.ofMillis(500).toNanos(); // old answers from before are in by then
                await().atMost(PATIENCE).until(() -> pod.log().confirmedAt() - moved > 0);
                old.resume();

                await().atMost(PATIENCE).until(() -> {
                    String who = who(pod);
                    if (who.equals("old")) {
                        throw new AssertionError("answered by the master that was replaced");
                    }
                    return who.equals("next");
                });
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
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
