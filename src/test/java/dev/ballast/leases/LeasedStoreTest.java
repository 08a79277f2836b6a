package dev.ballast.leases;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.leases.LeasedStore.Content;
import dev.ballast.redis.RedisFixture;
import dev.ballast.redis.RedisProcess;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The scripts on a real Redis.
class LeasedStoreTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final AtomicInteger TOKENS = new AtomicInteger();

    private static RedisProcess server;
    private static RedisFixture fixture;

    private final LeasedStore store = store(fixture, Duration.ofSeconds(10));

    @BeforeAll
    static void start() {
        server = new RedisProcess().start();
        fixture = RedisFixture.connectedTo(server);
    }

    @AfterAll
    static void stop() {
        fixture.close();
        server.close();
    }

    @BeforeEach
    void flush() {
        send(Request.cmd(Command.FLUSHALL));
    }

    @Test
    void getOrLease_nothingThere_grantsOnceThenIsBusy() {
        granted("a");
        assertInstanceOf(Answer.Busy.class, ask("a"));
    }

    @Test
    void fill_underTheLease_isReadByAll() {
        assertEquals(Filling.STORED, fill("a", granted("a"), "v"));
        assertEquals("v", value("a"));
    }

    @Test
    void fill_afterInvalidation_isRejected() {
        String token = granted("a");
        assertEquals(Set.of("a"), store.invalidate(List.of("a")).await().atMost(PATIENCE));

        assertEquals(Filling.REJECTED, fill("a", token, "old"));

        assertEquals(Filling.STORED, fill("a", granted("a"), "new"));
        assertEquals("new", value("a"));
    }

    @Test
    void fill_afterInvalidationAndAnotherLease_isRejected() {
        String token = granted("a");
        store.invalidate(List.of("a")).await().atMost(PATIENCE);
        String second = granted("a");

        assertEquals(Filling.REJECTED, fill("a", token, "old"));
        assertEquals(Filling.STORED, fill("a", second, "new"));
    }

    @Test
    void fill_afterClear_isRejectedAndWhatWasStoredIsGone() {
        fill("stored", granted("stored"), "v");
        String token = granted("a");
        assertTrue(store.clear().await().atMost(PATIENCE));

        assertEquals(Filling.REJECTED, fill("a", token, "old"));
        granted("stored");
    }

    @Test
    void fill_twiceUnderOneLease_isRejected() {
        String token = granted("a");
        fill("a", token, "v");
        assertEquals(Filling.REJECTED, fill("a", token, "w"));
    }

    @Test
    void fill_nothing_givesTheLeaseBack() {
        String token = granted("a");
        store.fill(Map.of("a", token), Map.of("a", Content.NONE)).await().atMost(PATIENCE);
        granted("a");
    }

    @Test
    void lease_notUsed_runsOut() {
        LeasedStore hasty = store(fixture, Duration.ofMillis(50));
        granted(hasty, "a");
        await().atMost(PATIENCE).until(() -> ask(hasty, "a", false) instanceof Answer.Granted);
    }

    @Test
    void refresh_valueThere_leasesWhileOthersReadOn() {
        fill("a", granted("a"), "v1");
        String token =
                assertInstanceOf(Answer.Granted.class, ask(store, "a", true)).token();

        assertEquals("v1", value("a"));
        assertInstanceOf(Answer.Busy.class, ask(store, "a", true));
        assertEquals(Filling.STORED, fill("a", token, "v2"));
        assertEquals("v2", value("a"));
    }

    @Test
    void refresh_invalidatedMeanwhile_isRejected() {
        fill("a", granted("a"), "v1");
        String token =
                assertInstanceOf(Answer.Granted.class, ask(store, "a", true)).token();
        store.invalidate(List.of("a")).await().atMost(PATIENCE);
        assertEquals(Filling.REJECTED, fill("a", token, "v1"));
    }

    @Test
    void getOrLease_foreignBytesOrType_areGrantedAndToldApart() {
        KeySpace keys = new KeySpace("test");
        send(Request.cmd(Command.SET).arg(keys.value("a")).arg("rubbish"));
        send(Request.cmd(Command.LPUSH).arg(keys.value("b")).arg("rubbish"));
        for (String key : List.of("a", "b")) {
            Answer.Granted granted = assertInstanceOf(Answer.Granted.class, ask(key));
            assertTrue(granted.foreign());
            assertEquals(Filling.STORED, fill(key, granted.token(), "v"));
            assertEquals("v", value(key));
        }
    }

    @Test
    void getOrLease_evictedStamp_forgetsTheBucket() {
        fill("a", granted("a"), "v");
        send(Request.cmd(Command.DEL).arg(new KeySpace("test").stamp(KeySpace.bucket("a"))));
        granted("a");
    }

    @Test
    void fill_anyBytes_comeBackUnchanged() {
        byte[] bytes = new byte[3_000];
        new Random(7).nextBytes(bytes);
        store.fill(Map.of("a", granted("a")), Map.of("a", new Content(Buffer.buffer(bytes), 1_000)))
                .await()
                .atMost(PATIENCE);
        assertArrayEquals(
                bytes, assertInstanceOf(Answer.Value.class, ask("a")).bytes().getBytes());
    }

    @Test
    void keys_all_haveATtl() {
        fill("a", granted("a"), "v");
        granted("b");
        for (Response key : send(Request.cmd(Command.KEYS).arg("*"))) {
            long ttl = send(Request.cmd(Command.PTTL).arg(key.toString())).toLong();
            assertTrue(ttl > 0, key::toString);
        }
    }

    @Test
    void restart_withASnapshotOfTheOldValue_doesNotServeIt() throws Exception {
        java.nio.file.Path directory = java.nio.file.Files.createTempDirectory("ballast-redis");
        try (RedisProcess own = new RedisProcess("--dir", directory.toString()).start();
                RedisFixture there = RedisFixture.connectedTo(own)) {
            LeasedStore cache = store(there, Duration.ofSeconds(10));
            String token = granted(cache, "a");
            cache.fill(Map.of("a", token), Map.of("a", content("old"))).await().atMost(PATIENCE);
            var _ = there.commands().send(Request.cmd(Command.SAVE)).await().atMost(PATIENCE);
            assertEquals(Set.of("a"), cache.invalidate(List.of("a")).await().atMost(PATIENCE));

            own.kill();
            own.start();

            await().atMost(PATIENCE).until(() -> there.commands()
                    .send(Request.cmd(Command.PING))
                    .replaceWith(true)
                    .onFailure()
                    .recoverWithItem(false)
                    .await()
                    .atMost(PATIENCE));
            assertNull(cache.look("a").await().atMost(PATIENCE), "nor shows it");
            assertInstanceOf(Answer.Granted.class, ask(cache, "a", false));
            int restored = there.commands()
                    .send(Request.cmd(Command.EXISTS).arg(new KeySpace("test").value("a")))
                    .await()
                    .atMost(PATIENCE)
                    .toInteger();
            assertEquals(1, restored, "the snapshot did bring the old value back");
        }
    }

    @Test
    void look_storedThenInvalidated_showsItAndThenNothingAndTakesNoLease() {
        assertNull(store.look("a").await().atMost(PATIENCE));
        fill("a", granted("a"), "v");
        assertEquals("v", String.valueOf(store.look("a").await().atMost(PATIENCE)));
        store.invalidate(List.of("a")).await().atMost(PATIENCE);
        assertNull(store.look("a").await().atMost(PATIENCE));
        granted("a");
    }

    /// Against a model of one sentence: a fill counts if nothing invalidated the key since its lease.
    @Test
    void scripts_randomHistory_agreeWithTheModel() {
        Random random = new Random(11);
        List<String> keys = List.of("a", "b", "c", "d");
        Map<String, String> stored = new HashMap<>();
        Map<String, String> leased = new HashMap<>();
        List<Map.Entry<String, String>> tokens = new ArrayList<>();
        for (int step = 0; step < 2_000; step++) {
            String key = keys.get(random.nextInt(keys.size()));
            switch (random.nextInt(5)) {
                case 0 -> {
                    store.invalidate(List.of(key)).await().atMost(PATIENCE);
                    stored.remove(key);
                    leased.remove(key);
                }
                case 1 -> {
                    if (!tokens.isEmpty()) {
                        Map.Entry<String, String> used = tokens.get(random.nextInt(tokens.size()));
                        boolean expected = leased.remove(used.getKey(), used.getValue());
                        assertEquals(
                                expected ? Filling.STORED : Filling.REJECTED,
                                fill(used.getKey(), used.getValue(), "v" + step));
                        if (expected) {
                            stored.put(used.getKey(), "v" + step);
                        }
                    }
                }
                default -> {
                    switch (ask(store, key, random.nextInt(4) == 0)) {
                        case Answer.Value value -> assertEquals(stored.get(key), text(value));
                        case Answer.Granted granted -> {
                            assertEquals(null, leased.put(key, granted.token()));
                            tokens.add(Map.entry(key, granted.token()));
                        }
                        case Answer.Busy _ -> assertTrue(leased.containsKey(key));
                        case Answer.Away _ -> throw new AssertionError("Redis is there");
                    }
                }
            }
        }
    }

    private String granted(String key) {
        return granted(store, key);
    }

    private static String granted(LeasedStore store, String key) {
        return assertInstanceOf(Answer.Granted.class, ask(store, key, false)).token();
    }

    private Answer ask(String key) {
        return ask(store, key, false);
    }

    private static Answer ask(LeasedStore store, String key, boolean refresh) {
        Collection<Answer> answers =
                store.getOrLease(List.of(key), refresh).await().atMost(PATIENCE).values();
        return answers.iterator().next();
    }

    private Filling fill(String key, String token, String value) {
        return store.fill(Map.of(key, token), Map.of(key, content(value)))
                .await()
                .atMost(PATIENCE)
                .get(key);
    }

    private String value(String key) {
        return text(assertInstanceOf(Answer.Value.class, ask(key)));
    }

    private static String text(Answer.Value value) {
        return value.bytes().toString(StandardCharsets.UTF_8);
    }

    private static Content content(String value) {
        return new Content(Buffer.buffer(value), 60_000);
    }

    private static LeasedStore store(RedisFixture redis, Duration leaseFor) {
        return new LeasedStore(
                redis.commands(), "test", Duration.ofSeconds(5), Duration.ofSeconds(5), leaseFor, () -> "token-%011d"
                        .formatted(TOKENS.getAndIncrement()));
    }

    private static Response send(Request command) {
        return fixture.commands().send(command).await().atMost(PATIENCE);
    }
}
