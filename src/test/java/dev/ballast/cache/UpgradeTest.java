package dev.ballast.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.ballast.cache.CacheRead.Fill;
import dev.ballast.redis.OneRedis;
import dev.ballast.tracing.Tracing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Pods of two versions, and entries broken within, on one real Redis.
class UpgradeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String KEY_OF_7 = "ballast:{test:" + (("7".hashCode() * 0x9E3779B9) >>> 26) + "}:7";

    @RegisterExtension
    static final OneRedis REDIS = new OneRedis();

    private final AtomicInteger loads = new AtomicInteger();

    @BeforeEach
    void flush() {
        send(Request.cmd(Command.FLUSHALL));
    }

    @Test
    void get_storedByTheVersionBefore_isLoadedOnceAndStoredAnew() {
        read(pod(1));

        CacheRead<String> first = read(pod(2));

        assertEquals(CacheRead.fromOrigin("7 of 2", Fill.STORED), first);
        assertEquals(Tier.L2, read(pod(2)).tier());
        assertEquals(2, loads.get());
    }

    @Test
    void get_storedByANewerVersion_isLoadedAndLeftForIt() {
        read(pod(2));

        CacheRead<String> older = read(pod(1));

        assertEquals(CacheRead.fromOrigin("7 of 1", Fill.NOT_STORED), older);
        assertEquals("L1; fwd=miss, L2; fwd=miss", older.cacheStatus());
        assertEquals("7 of 2", read(pod(2)).value());
        assertEquals(2, loads.get());
    }

    @Test
    void get_entryCutShort_isMended() {
        read(pod(1));
        Buffer whole = send(Request.cmd(Command.GET).arg(KEY_OF_7)).toBuffer();
        send(Request.cmd(Command.SET).arg(KEY_OF_7).arg(whole.getBuffer(0, 70)));

        assertEquals(CacheRead.fromOrigin("7 of 1", Fill.STORED), read(pod(1)));
        assertEquals(Tier.L2, read(pod(1)).tier());
    }

    private TieredCache<String, String> pod(int schema) {
        ValueCodec<String> codec = new ValueCodec<>() {
            @Override
            public int schema() {
                return schema;
            }

            @Override
            public byte[] encode(String value) {
                return value.getBytes(StandardCharsets.UTF_8);
            }

            @Override
            public String decode(byte[] body) {
                return new String(body, StandardCharsets.UTF_8);
            }
        };
        Loader<String, String> loader = keys -> {
            loads.incrementAndGet();
            return Uni.createFrom().item(Map.of("7", "7 of " + schema));
        };
        TieredCaches caches = new TieredCaches(
                REDIS.commands(),
                REDIS.fixture().log(),
                CacheFixture.settings(Map.of("ballast.cache.caches.test.l2-timeout", "PT5S")),
                new SimpleMeterRegistry(),
                Tracing.none(),
                InstantSource.system(),
                System::nanoTime,
                new Random(9));
        return caches.create(new CacheSpec<>("test", key -> key, text -> text, codec, loader));
    }

    private static CacheRead<String> read(TieredCache<String, String> cache) {
        return cache.get("7").await().atMost(PATIENCE);
    }

    private static Response send(Request command) {
        Response response = REDIS.commands().send(command).await().atMost(PATIENCE);
        return assertInstanceOf(Response.class, response);
    }
}
