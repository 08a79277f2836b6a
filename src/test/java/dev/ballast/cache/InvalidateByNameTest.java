package dev.ballast.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.ballast.cache.CacheFixture.TextCodec;
import dev.ballast.redis.LogFollower;
import dev.ballast.redis.RedisFixture;
import dev.ballast.redis.RedisProcess;
import dev.ballast.tracing.Tracing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What one pod invalidates by the name of a cache, on a real Redis, whether or not it has that cache.
class InvalidateByNameTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final CacheSettings SETTINGS = CacheFixture.settings(
            Map.of("ballast.cache.caches.test.l2-timeout", "PT5S", "ballast.cache.staleness", "PT1S"));

    private static final List<String> HEARD = new CopyOnWriteArrayList<>();
    private static RedisProcess server;
    private static RedisFixture fixture;

    @BeforeAll
    static void start() {
        server = new RedisProcess().start();
        fixture = RedisFixture.connectedTo(server).following();
        fixture.log().follow(new Listener(), Duration.ofSeconds(1));
    }

    @AfterAll
    static void stop() {
        fixture.close();
        server.close();
    }

    @BeforeEach
    void flush() {
        send(Request.cmd(Command.FLUSHALL));
        long flushed = System.nanoTime();
        await().until(() -> fixture.log().confirmedAt() > flushed);
        HEARD.clear();
    }

    @Test
    void invalidate_cacheThisPodHasNot_isDeletedInRedisAndAnnounced() {
        read("7");

        assertEquals(Set.of("7"), done(podWithout().invalidate("test", List.of("7"))));

        assertNull(send(Request.cmd(Command.GET).arg(key("7"))));
        await().until(() -> HEARD.contains("cache:test [7]"));
    }

    @Test
    void clear_cacheThisPodHasNot_makesRedisForgetItAndIsAnnounced() {
        read("7");

        assertEquals(Invalidation.ACKNOWLEDGED, done(podWithout().clear("test")));

        assertEquals(Tier.ORIGIN, read("7").tier());
        await().until(() -> HEARD.contains("cache:test []"));
    }

    @Test
    void invalidate_textsNoKeyCanHave_areAcknowledgedAndNotToldAnybody() {
        Set<String> texts = Set.of("", "x".repeat(257));

        assertEquals(texts, done(podWithout().invalidate("test", texts)));
        assertEquals(texts, done(podWith().invalidate("test", texts)));
        assertEquals(Set.of("7"), done(podWith().invalidate("NO NAME", List.of("7"))));

        done(podWith().invalidate("test", List.of("last")));
        await().until(() -> HEARD.contains("cache:test [last]"));
        assertEquals(1, HEARD.size(), HEARD.toString());
    }

    @Test
    void invalidate_textsNoKeyCanHaveAmongOthers_doNotStopThem() {
        read("7");

        assertEquals(Set.of("", "7"), done(podWith().invalidate("test", Set.of("", "7"))));

        assertNull(send(Request.cmd(Command.GET).arg(key("7"))));
    }

    @Test
    void invalidate_manyKeys_areToldAsAll() {
        Set<String> many = IntStream.range(0, 500).mapToObj(String::valueOf).collect(Collectors.toSet());

        assertEquals(many, done(podWithout().invalidate("test", many)));

        await().until(() -> HEARD.contains("cache:test []"));
        long bytes = send(Request.cmd(Command.MEMORY).arg("USAGE").arg("ballast:{log}:entries"))
                .toLong();
        assertTrue(bytes < 2_000, () -> bytes + " bytes for one entry");
    }

    private static final class Listener implements LogFollower {
        @Override
        public void forget(String channel, List<String> keys) {
            HEARD.add(channel + " " + keys);
        }

        @Override
        public void forgetEverything() {}
    }

    private static CacheRead<String> read(String key) {
        return done(cache(podWithout()).get(key));
    }

    private static TieredCaches podWith() {
        TieredCaches caches = podWithout();
        assertEquals("test", cache(caches).name());
        return caches;
    }

    private static TieredCache<String, String> cache(TieredCaches caches) {
        return caches.create(new CacheSpec<>("test", key -> key, text -> text, new TextCodec(), keys -> Uni.createFrom()
                .item(new HashSet<>(keys).stream().collect(Collectors.toMap(key -> key, key -> "v" + key)))));
    }

    private static TieredCaches podWithout() {
        return new TieredCaches(
                fixture.commands(),
                fixture.log(),
                SETTINGS,
                new SimpleMeterRegistry(),
                Tracing.none(),
                InstantSource.system(),
                Ticker.systemTicker(),
                new Random(1));
    }

    private static String key(String text) {
        return "ballast:{test:" + ((text.hashCode() * 0x9E3779B9) >>> 26) + "}:" + text;
    }

    private static Response send(Request request) {
        return done(fixture.commands().send(request));
    }

    private static <T> T done(Uni<T> uni) {
        return uni.await().atMost(PATIENCE);
    }

    private static org.awaitility.core.ConditionFactory await() {
        return Awaitility.await().pollInterval(Duration.ofMillis(5)).atMost(PATIENCE);
    }
}
