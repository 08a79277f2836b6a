package dev.ballast.redis;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.degradation.LogCapture;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The invalidation log on a real Redis that is killed, flushed and paused.
class InvalidationLogTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration D = Duration.ofSeconds(1);

    private final List<String> heard = new CopyOnWriteArrayList<>();

    @Test
    void append_twoPods_bothHearEachEntryInOrderAndAreConfirmed() {
        try (RedisProcess server = new RedisProcess().start();
                RedisFixture writer = follow(server);
                RedisFixture reader = follow(server)) {
            heard.clear();
            IntStream.range(0, 50).forEach(i -> append(writer, "users", List.of("a" + i, "b")));
            append(writer, "users", List.of());
            long acknowledged = System.nanoTime();

            await().atMost(PATIENCE).until(() -> reader.log().confirmedAt() - acknowledged > 0);
            await().atMost(PATIENCE).until(() -> writer.log().confirmedAt() - acknowledged > 0);
            assertEquals(102, heard.size());
            assertEquals(2, heard.stream().filter("users[a7, b]"::equals).count());
            assertEquals(2, heard.stream().filter("users[]"::equals).count());
        }
    }

    @Test
    void confirmedAt_idle_staysWithinAQuarterOfTheBound() {
        try (RedisProcess server = new RedisProcess().start();
                RedisFixture reader = follow(server)) {
            long until = System.nanoTime() + Duration.ofSeconds(2).toNanos();
            long worst = 0;
            while (System.nanoTime() < until) {
                worst = Math.max(worst, reader.log().lagNanos());
            }
            assertTrue(worst < D.toNanos(), "lag of " + worst + " ns");
        }
    }

    @Test
    void read_serverPaused_agesUntilItIsBackAndSaysBoth() {
        try (LogCapture said = new LogCapture(InvalidationLog.class);
                RedisProcess server = new RedisProcess().start();
                RedisFixture reader = follow(server)) {
            server.pause();
            await().atMost(PATIENCE).until(() -> reader.log().lagNanos() > D.toNanos());
            await().atMost(PATIENCE).until(() -> said.count("reads go to Redis and not to memory") == 1);
            server.resume();
            await().atMost(PATIENCE).until(() -> reader.log().lagNanos() < D.toNanos());
            await().atMost(PATIENCE).until(() -> said.count("memory answers") == 2); // at the start, and now
            assertEquals(0, said.count("was emptied"), said.lines()::toString);
        }
    }

    /// A master that was replaced and lives on answers, and knows nothing of what is invalidated since.
    @Test
    void read_serverTakesNoWrites_agesUntilItDoes() {
        try (RedisProcess server = new RedisProcess().start();
                RedisFixture console = RedisFixture.connectedTo(server);
                RedisFixture reader = follow(server)) {
            for (List<String> fault : List.of(
                    List.of("CONFIG", "SET", "min-replicas-to-write", "1"), List.of("REPLICAOF", "127.0.0.1", "1"))) {
                call(console, fault);
                await().atMost(PATIENCE).until(() -> reader.log().lagNanos() > D.toNanos());

                call(console, List.of("CONFIG", "SET", "min-replicas-to-write", "0"));
                call(console, List.of("REPLICAOF", "NO", "ONE"));

                await().atMost(PATIENCE).until(() -> reader.log().lagNanos() < D.toNanos());
            }
        }
    }

    @Test
    void read_idle_changesNothingInRedis() {
        try (RedisProcess server = new RedisProcess().start();
                RedisFixture console = RedisFixture.connectedTo(server);
                RedisFixture reader = follow(server)) {
            append(reader, "users", List.of("a"));
            String before = call(console, List.of("HGETALL", InvalidationLog.HEAD));
            long changes = changes(console);

            long begun = System.nanoTime();
            await().atMost(PATIENCE).until(() -> reader.log().confirmedAt() - begun > D.toNanos());

            assertEquals(changes, changes(console), "nothing goes to replicas or to the disk");
            assertEquals(before, call(console, List.of("HGETALL", InvalidationLog.HEAD)));
        }
    }

    private static long changes(RedisFixture console) {
        return call(console, List.of("INFO", "persistence"))
                .lines()
                .filter(line -> line.startsWith("rdb_changes_since_last_save:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
                .findFirst()
                .orElseThrow();
    }

    private static String call(RedisFixture console, List<String> words) {
        Request request = Request.cmd(Command.create(words.getFirst()));
        words.stream().skip(1).forEach(request::arg);
        return String.valueOf(console.commands().send(request).await().atMost(PATIENCE));
    }

    @Test
    void read_serverRestarted_forgetsEverything() {
        try (RedisProcess server = new RedisProcess().start();
                RedisFixture reader = follow(server)) {
            append(reader, "users", List.of("a"));
            await().atMost(PATIENCE).until(() -> heard.contains("users[a]"));
            heard.clear();

            server.kill();
            server.start();

            await().atMost(PATIENCE).until(() -> heard.contains("everything"));
            await().atMost(PATIENCE).until(() -> reader.log().lagNanos() < D.toNanos());
        }
    }

    @Test
    void read_flushedAndAppendedPastWhereItWas_forgetsEverythingAndSaysSo() {
        try (LogCapture said = new LogCapture(InvalidationLog.class);
                RedisProcess server = new RedisProcess().start();
                RedisFixture reader = follow(server)) {
            append(reader, "users", List.of("a"));
            await().atMost(PATIENCE).until(() -> heard.contains("users[a]"));
            heard.clear();

            assertEquals(0, said.count("was emptied"), "the start is no loss");
            var _ = reader.commands()
                    .send(Request.cmd(Command.FLUSHALL))
                    .await()
                    .atMost(PATIENCE);
            IntStream.range(0, 5).forEach(i -> append(reader, "users", List.of("b" + i)));

            await().atMost(PATIENCE).until(() -> heard.contains("everything"));
            await().atMost(PATIENCE).until(() -> said.count("Memory was emptied") == 1);
        }
    }

    @Test
    void read_trimmedFurtherThanItGot_forgetsEverything() {
        try (RedisProcess server = new RedisProcess().start();
                RedisFixture reader = follow(server)) {
            append(reader, "users", List.of("a"));
            heard.clear();
            String rotten = "redis.call('HINCRBY', KEYS[1], 'n', 3) return redis.call('DEL', KEYS[2])";
            var _ = reader.commands()
                    .run(
                            RedisScript.of("rot", rotten),
                            List.of(InvalidationLog.HEAD, InvalidationLog.STREAM),
                            List.of(),
                            PATIENCE)
                    .await()
                    .atMost(PATIENCE);

            await().atMost(PATIENCE).until(() -> heard.contains("everything"));
            await().atMost(PATIENCE).until(() -> reader.log().lagNanos() < D.toNanos());
        }
    }

    @Test
    void append_manyEntries_keepsAboutAsManyAsSet() {
        try (RedisProcess server = new RedisProcess().start();
                RedisFixture writer = RedisFixture.connectedTo(server, Map.of("ballast.redis.log-length", "100"))) {
            IntStream.range(0, 1_000).forEach(i -> append(writer, "users", List.of("k" + i)));

            int kept = writer.commands()
                    .send(Request.cmd(Command.XLEN).arg(InvalidationLog.STREAM))
                    .await()
                    .atMost(PATIENCE)
                    .toInteger();

            assertTrue(kept >= 100 && kept <= 300, "kept " + kept);
        }
    }

    @Test
    void append_serverGone_fails() {
        try (RedisProcess server = new RedisProcess().start();
                RedisFixture writer = RedisFixture.connectedTo(server)) {
            server.kill();
            assertThrows(RedisFailure.class, () -> append(writer, "users", List.of("a")));
        }
    }

    @Test
    void append_foreignBytesWhereTheLogIs_beginsAnewAndIsHeard() {
        try (RedisProcess server = new RedisProcess().start();
                RedisFixture pod = follow(server)) {
            List<Request> foreign = List.of(
                    Request.cmd(Command.SET).arg(InvalidationLog.HEAD).arg("rubbish"),
                    Request.cmd(Command.SET).arg(InvalidationLog.STREAM).arg("rubbish"),
                    Request.cmd(Command.HSET).arg(InvalidationLog.HEAD).arg("n").arg("rubbish"));
            for (Request rubbish : foreign) {
                append(pod, "users", List.of("a"));
                heard.clear();
                var _ = pod.commands().send(rubbish).await().atMost(PATIENCE);

                append(pod, "users", List.of("b"));

                long acknowledged = System.nanoTime();
                await().atMost(PATIENCE).until(() -> pod.log().confirmedAt() - acknowledged > 0);
                assertTrue(heard.contains("everything") || heard.contains("users[b]"), rubbish::toString);
            }
        }
    }

    @Test
    void read_foreignBytesWhereTheLogIs_isConfirmedAgain() {
        try (RedisProcess server = new RedisProcess().start();
                RedisFixture pod = follow(server)) {
            append(pod, "users", List.of("a"));
            for (String key : List.of(InvalidationLog.HEAD, InvalidationLog.STREAM)) {
                var _ = pod.commands()
                        .send(Request.cmd(Command.SET).arg(key).arg("rubbish"))
                        .await()
                        .atMost(PATIENCE);
                long spoilt = System.nanoTime();
                await().atMost(PATIENCE).until(() -> pod.log().confirmedAt() - spoilt > 0);
            }
        }
    }

    @Test
    void follow_userMayNotAskForTheRun_isNeverConfirmedAndAppendsNothing() {
        // With a password, as the log's own line would else be the default user's.
        try (LogCapture said = new LogCapture("dev.ballast.redis.Failures");
                RedisProcess server = new RedisProcess("--requirepass", "root").start();
                RedisFixture root = new RedisFixture("redis://:root@localhost:" + server.port(), Map.of())) {
            await().atMost(PATIENCE).until(() -> root.lines().up() == 2);
            user(root, "-info");
            try (RedisFixture pod = new RedisFixture(
                    "redis://pod:secret@localhost:" + server.port(), Map.of("ballast.redis.command-timeout", "PT5S"))) {
                await().atMost(PATIENCE).until(() -> pod.lines().up() == 2);
                pod.log().open();
                await().atMost(PATIENCE).until(() -> pod.lines().up() == 3);
                assertThrows(RedisRejection.class, () -> append(pod, "users", List.of("a")));
                assertTrue(pod.log().lagNanos() > Duration.ofHours(1).toNanos());
                assertThrows(RedisRejection.class, () -> append(pod, "users", List.of("a")));
                assertEquals(1, said.count("Redis refuses log-append (said once a minute): NORUNID"));
                assertEquals(1, said.count("Redis refuses the log's head (said once a minute): NORUNID"));
                assertTrue(said.lines().getFirst().contains("+info"), said.lines()::toString);

                user(root, "+info");
                await().atMost(PATIENCE).until(() -> pod.log().lagNanos() < D.toNanos());
                append(pod, "users", List.of("a"));
            }
        }
    }

    private static void user(RedisFixture root, String rule) {
        Request request = Request.cmd(Command.ACL);
        List.of("SETUSER", "pod", "on", ">secret", "~*", "+@all", rule).forEach(request::arg);
        var _ = root.commands().send(request).await().atMost(PATIENCE);
    }

    private RedisFixture follow(RedisProcess server) {
        RedisFixture fixture = RedisFixture.connectedTo(server);
        fixture.log()
                .follow(
                        new LogFollower() {
                            @Override
                            public void forget(String channel, List<String> keys) {
                                heard.add(channel + keys);
                            }

                            @Override
                            public void forgetEverything() {
                                heard.add("everything");
                            }
                        },
                        D);
        return fixture.following();
    }

    private static void append(RedisFixture writer, String channel, List<String> keys) {
        writer.log().append(channel, keys, PATIENCE).await().atMost(PATIENCE);
    }
}
