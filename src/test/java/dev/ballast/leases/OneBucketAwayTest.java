package dev.ballast.leases;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.ballast.redis.RedisFixture;
import dev.ballast.redis.RedisProcess;
import dev.ballast.stack.RedisConsole;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// A bucket that cannot be written, as one on a dead master of a cluster: here the Redis user may not touch it.
class OneBucketAwayTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void invalidate_keysOfOneBucketAway_othersAreGoneForCertain() {
        assertNotEquals(KeySpace.bucket("a"), KeySpace.bucket("b"));
        try (RedisProcess server = new RedisProcess().start();
                RedisConsole console = new RedisConsole("redis://localhost:" + server.port())) {
            console.call(
                    "ACL",
                    "SETUSER",
                    "limited",
                    "on",
                    ">secret",
                    "+@all",
                    "~*{test:" + KeySpace.bucket("b") + "}*",
                    "~ballast:{log}*");
            try (RedisFixture fixture =
                    new RedisFixture("redis://limited:secret@localhost:" + server.port(), Map.of())) {
                Awaitility.await()
                        .atMost(PATIENCE)
                        .ignoreExceptions()
                        .until(() -> fixture.commands()
                                        .send(Request.cmd(Command.PING))
                                        .await()
                                        .atMost(PATIENCE)
                                != null);
                LeasedStore store = new LeasedStore(
                        fixture.commands(),
                        "test",
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(10),
                        () -> "token-00000000001");

                assertEquals(
                        Set.of("b"), store.invalidate(List.of("a", "b")).await().atMost(PATIENCE));
            }
        }
    }
}
