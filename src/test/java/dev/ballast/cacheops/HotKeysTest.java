package dev.ballast.cacheops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.redis.RedisFixture;
import dev.ballast.redis.RedisProcess;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Which list of hot keys stays, on a real Redis; four keys fill a list here.
class HotKeysTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final CacheOpsSettings SETTINGS = new SmallRyeConfigBuilder()
            .withMapping(CacheOpsSettings.class)
            .withSources(new PropertiesConfigSource(Map.of("ballast.cacheops.hot-keys", "4"), "test", 500))
            .build()
            .getConfigMapping(CacheOpsSettings.class);

    private static RedisProcess server;
    private static RedisFixture fixture;
    private static HotKeys hotKeys;

    @BeforeAll
    static void start() {
        server = new RedisProcess().start();
        fixture = RedisFixture.connectedTo(server);
        hotKeys = new HotKeys(null, fixture.commands(), SETTINGS);
    }

    @AfterAll
    static void stop() {
        fixture.close();
        server.close();
    }

    @BeforeEach
    void flush() {
        fixture.commands().send(Request.cmd(Command.FLUSHALL)).await().atMost(PATIENCE);
    }

    @Test
    void keep_shorterList_doesNotReplaceTheLonger() {
        keep("a", "b", "c");
        keep("x");
        assertEquals(List.of("a", "b", "c"), read());
    }

    @Test
    void keep_listAsLongOrLonger_replaces() {
        keep("a");
        keep("b");
        assertEquals(List.of("b"), read());
        keep("c", "d");
        assertEquals(List.of("c", "d"), read());
    }

    @Test
    void keep_fullList_replacesEvenALongerOneOfOtherSettings() {
        keep("a", "b", "c", "d", "e");
        keep("w", "x", "y", "z");
        assertEquals(List.of("w", "x", "y", "z"), read());
    }

    @Test
    void keep_foreignType_isReplaced() {
        fixture.commands()
                .send(Request.cmd(Command.LPUSH).arg("ballast:hot:test").arg("x"))
                .await()
                .atMost(PATIENCE);
        keep("a");
        assertEquals(List.of("a"), read());
    }

    private static void keep(String... keys) {
        hotKeys.keep("test", List.of(keys)).await().atMost(PATIENCE);
    }

    private static List<String> read() {
        return hotKeys.read("test", 10).await().atMost(PATIENCE);
    }
}
