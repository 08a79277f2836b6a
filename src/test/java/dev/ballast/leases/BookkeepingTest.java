package dev.ballast.leases;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.leases.LeasedStore.Content;
import dev.ballast.redis.OneRedis;
import dev.ballast.redis.RedisFixture;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What the scripts keep beside the values: the stamps, and the run of the server that they are made of.
class BookkeepingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final AtomicInteger TOKENS = new AtomicInteger();
    private static final String STAMP = new KeySpace("test").stamp(KeySpace.bucket("a"));

    @RegisterExtension
    static final OneRedis REDIS = new OneRedis();

    @BeforeEach
    void flush() {
        send(Request.cmd(Command.FLUSHALL));
    }

    /// Without the run, what a snapshot brings back looks like what was just stored.
    @Test
    void getOrLease_userMayNotAskForTheRun_isAwayUntilHeMay() {
        user("-info");
        try (RedisFixture pod = new RedisFixture(
                "redis://pod:secret@localhost:" + REDIS.server().port(),
                Map.of("ballast.redis.command-timeout", "PT5S"))) {
            LeasedStore store = store(pod);
            await().atMost(PATIENCE).until(() -> isConnected(pod));

            assertEquals(new Answer.Away(), ask(store));

            user("+info");
            assertInstanceOf(Answer.Granted.class, ask(store));
        }
    }

    @Test
    void getOrLease_stampOfAnotherType_isReplaced() {
        send(Request.cmd(Command.LPUSH).arg(STAMP).arg("rubbish"));
        storesAndFinds();
    }

    @Test
    void getOrLease_stampOfThisRunButCutShort_isReplaced() {
        LeasedStore store = store(REDIS.fixture());
        assertInstanceOf(Answer.Granted.class, ask(store));
        String stamp = send(Request.cmd(Command.GET).arg(STAMP)).toString();
        send(Request.cmd(Command.SET).arg(STAMP).arg(stamp.substring(0, 45)));
        storesAndFinds();
    }

    @Test
    void fill_stampReplacedByAnotherType_isRejected() {
        LeasedStore store = store(REDIS.fixture());
        Answer.Granted granted = assertInstanceOf(Answer.Granted.class, ask(store));
        send(Request.cmd(Command.DEL).arg(STAMP));
        send(Request.cmd(Command.LPUSH).arg(STAMP).arg("rubbish"));
        assertEquals(Filling.REJECTED, fill(store, granted, Duration.ofMinutes(1)));
    }

    @Test
    void fill_shorterThanOneBefore_stampOutlivesBoth() {
        LeasedStore store = store(REDIS.fixture());
        Duration ample = Duration.ofHours(100);
        fill(store, assertInstanceOf(Answer.Granted.class, ask(store)), ample);
        Answer.Granted again = assertInstanceOf(
                Answer.Granted.class,
                store.getOrLease(List.of("a"), true).await().atMost(PATIENCE).get("a"));
        fill(store, again, Duration.ofMinutes(1));
        long ttlMs = send(Request.cmd(Command.PTTL).arg(STAMP)).toLong();
        assertTrue(ttlMs > ample.toMillis(), () -> "PTTL " + ttlMs);
    }

    private static void storesAndFinds() {
        LeasedStore store = store(REDIS.fixture());
        Answer.Granted granted = assertInstanceOf(Answer.Granted.class, ask(store));
        assertEquals(Filling.STORED, fill(store, granted, Duration.ofMinutes(1)));
        assertInstanceOf(Answer.Value.class, ask(store));
    }

    private static boolean isConnected(RedisFixture pod) {
        return pod.commands()
                .send(Request.cmd(Command.PING))
                .map(_ -> true)
                .onFailure()
                .recoverWithItem(false)
                .await()
                .atMost(PATIENCE);
    }

    private static void user(String rule) {
        send(Request.cmd(Command.ACL)
                .arg("SETUSER")
                .arg("pod")
                .arg("on")
                .arg(">secret")
                .arg("~*")
                .arg("+@all")
                .arg(rule));
    }

    private static Answer ask(LeasedStore store) {
        return store.getOrLease(List.of("a"), false).await().atMost(PATIENCE).get("a");
    }

    private static Filling fill(LeasedStore store, Answer.Granted granted, Duration ttl) {
        return store.fill(Map.of("a", granted.token()), Map.of("a", new Content(Buffer.buffer("v"), ttl.toMillis())))
                .await()
                .atMost(PATIENCE)
                .get("a");
    }

    private static LeasedStore store(RedisFixture redis) {
        Duration ample = Duration.ofSeconds(5);
        return new LeasedStore(redis.commands(), "test", ample, ample, Duration.ofSeconds(10), () -> "keeping-%09d"
                .formatted(TOKENS.getAndIncrement()));
    }

    private static Response send(Request command) {
        return REDIS.commands().send(command).await().atMost(PATIENCE);
    }
}
