package dev.ballast.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.cache.CacheRead.Fill;
import dev.ballast.redis.RedisFixture;
import dev.ballast.redis.RedisProcess;
import dev.ballast.tracing.Tracing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Two pods' worth of caches on one real Redis.
class RedisTierTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final CacheSettings SETTINGS = CacheFixture.settings(Map.of(
            "ballast.cache.caches.test.l2-timeout", "PT5S",
            "ballast.cache.caches.test.l2-max-value-bytes", "100"));

    /// As the README gives it.
    private static final String KEY_OF_7 = "ballast:{test:" + (("7".hashCode() * 0x9E3779B9) >>> 26) + "}:7";

    private static RedisProcess server;
    private static RedisFixture fixture;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicInteger loads = new AtomicInteger();

    @BeforeAll
    static void start() {
        server = new RedisProcess().start();
        fixture = RedisFixture.connectedTo(server).following();
    }

    @AfterAll
    static void stop() {
        fixture.close();
        server.close();
    }

    @BeforeEach
    void flush() {
        send(Request.cmd(Command.FLUSHALL));
        awaitLog();
    }

    /// Waits until the log's reader has noticed what was done: memory forgets then, and loads on their way are not
    /// stored.
    private static void awaitLog() {
        long done = System.nanoTime();
        Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .atMost(PATIENCE)
                .until(() -> fixture.log().confirmedAt() > done);
    }

    @Test
    void get_loadedByAnotherPod_comesFromRedisWithItsTtl() {
        assertEquals("L1; fwd=miss, L2; fwd=miss; stored", read(pod(), "7").cacheStatus());

        CacheRead<String> second = read(pod(), "7");

        assertEquals(Tier.L2, second.tier());
        assertEquals("value of 7", second.value());
        assertTrue(second.ttlSeconds() >= 1_610 && second.ttlSeconds() <= 1_980, second::cacheStatus);
        assertEquals(1, loads.get());
    }

    @Test
    void get_orderedToDoWithoutRedis_neitherReadsNorStoresThere_butInvalidatesThere() {
        AtomicBoolean withoutRedis = new AtomicBoolean();
        TieredCache<String, String> pod = caches(fixture).create(CacheFixture.spec(this::load), withoutRedis::get);
        read(pod, "7");
        withoutRedis.set(true);
        pod.forgetAll();

        assertEquals(Tier.ORIGIN, read(pod, "7").tier());
        assertEquals(Tier.L1, read(pod, "7").tier());
        read(pod, "8");
        assertEquals(Tier.L2, read(pod(), "7").tier());
        assertEquals(Tier.ORIGIN, read(pod(), "8").tier());

        assertEquals(Invalidation.ACKNOWLEDGED, pod.invalidate("7").await().atMost(PATIENCE));
        awaitLog();
        assertEquals(Tier.ORIGIN, read(pod(), "7").tier());
        assertEquals(Tier.ORIGIN, read(pod, "7").tier());
        withoutRedis.set(false);
        pod.forgetAll();
        assertEquals(Tier.L2, read(pod, "7").tier());
    }

    @Test
    void get_stored_expiresInRedisWithinTenPercent() {
        read(pod(), "7");

        long ttlMs = send(Request.cmd(Command.PTTL).arg(KEY_OF_7)).toLong();

        assertTrue(ttlMs > 1_610_000 && ttlMs <= 1_980_000, () -> "PTTL " + ttlMs);
    }

    @Test
    void get_noValue_isNegativeForOtherPodsAndSoonForgotten() {
        read(pod(), "none");

        CacheRead<String> second = read(pod(), "none");

        assertEquals(CacheRead.fromRedis(null, second.ttlSeconds()), second);
        assertTrue(second.ttlSeconds() <= 33);
        assertEquals(1, loads.get());
    }

    @Test
    void describe_storedByAnotherPod_tellsItsAgeAndExpiries() {
        Instant begin = Instant.ofEpochSecond(1_700_000_000);
        read(pod(InstantSource.fixed(begin)), "7");
        read(pod(InstantSource.fixed(begin)), "none");
        TieredCache<String, String> later = pod(InstantSource.fixed(begin.plusSeconds(20)));

        KeyReport.Held value = later.describe("7").await().atMost(PATIENCE).l2();
        KeyReport.Held none = later.describe("none").await().atMost(PATIENCE).l2();

        assertEquals(20_000, value.ageMs());
        assertTrue(value.hardExpiryMs() >= 1_600_000 && value.hardExpiryMs() <= 1_960_000, value::toString);
        assertEquals(value.hardExpiryMs() - 360_000, value.softExpiryMs());
        assertEquals(20_000, none.ageMs());
        assertEquals(none.hardExpiryMs(), none.softExpiryMs(), "never read anew before its time is over");
    }

    @Test
    void describe_valueInBothTiers_tellsTheVersionOfEach() {
        TieredCache<String, String> pod = pod();
        long version = read(pod, "7").value().length(); // what the fixture takes for a version
        read(pod, "none");

        KeyReport value = pod.describe("7").await().atMost(PATIENCE);
        KeyReport none = pod.describe("none").await().atMost(PATIENCE);

        assertEquals(version, value.l1().version());
        assertEquals(version, value.l2().version());
        assertNull(none.l2().version());
    }

    @Test
    void describe_writersClockAhead_isNotYoungerThanNew() {
        Instant begin = Instant.ofEpochSecond(1_700_000_000);
        read(pod(InstantSource.fixed(begin)), "7");

        TieredCache<String, String> behind = pod(InstantSource.fixed(begin.minusSeconds(5)));

        assertEquals(0, behind.describe("7").await().atMost(PATIENCE).l2().ageMs());
    }

    @Test
    void report_valuesWrittenAndRead_weighsEntriesByTheirMeanEncodedSize() {
        TieredCache<String, String> writer = pod();
        TieredCache<String, String> reader = pod();
        assertNull(writer.report().weight());

        read(writer, "7"); // 10 bytes
        read(writer, "1234567"); // 16
        read(reader, "1234567");

        assertEquals(26, writer.report().weight());
        assertEquals(16, reader.report().weight());
    }

    @Test
    void get_brokenEntry_isACountedMissAndMended() {
        send(Request.cmd(Command.SET).arg(KEY_OF_7).arg("rubbish"));

        assertEquals(CacheRead.fromOrigin("value of 7", Fill.STORED), read(pod(), "7"));

        assertEquals(
                1,
                registry.get("ballast.cache.payloads.unreadable")
                        .functionCounter()
                        .count());
        assertEquals(Tier.L2, read(pod(), "7").tier());
    }

    @Test
    void get_valueTooLarge_isServedAndNotStored() {
        CacheRead<String> read = read(pod(), "x".repeat(101));

        assertEquals(Fill.NOT_STORED, read.fill());
        assertEquals(0, stored());
        assertEquals(
                1,
                registry.get("ballast.cache.payloads.oversized")
                        .functionCounter()
                        .count());
    }

    @Test
    void get_wrongTypeInRedis_isLoadedAndMended() {
        send(Request.cmd(Command.LPUSH).arg(KEY_OF_7).arg("x"));
        assertEquals(CacheRead.fromOrigin("value of 7", Fill.STORED), read(pod(), "7"));
        assertEquals(Tier.L2, read(pod(), "7").tier());
    }

    @Test
    void warmUp_10000Keys_fillsRedisForTheNextPod() {
        List<String> keys = IntStream.range(0, 10_000).mapToObj(String::valueOf).toList();

        WarmUp first = pod().warmUp(keys).await().atMost(PATIENCE);
        WarmUp second = pod().warmUp(keys).await().atMost(PATIENCE);

        assertEquals(List.of(10_000, 0, 10_000, 0), counts(first));
        assertEquals(List.of(10_000, 10_000, 0, 0), counts(second));
        assertEquals(20, loads.get());
        assertEquals(10_000, stored());
    }

    @Test
    void getAll_overAllBuckets_pairsKeysWithTheirValues() {
        List<String> keys = IntStream.range(0, 300).mapToObj(String::valueOf).toList();
        pod().warmUp(keys.subList(0, 200)).await().atMost(PATIENCE);

        Map<String, CacheRead<String>> reads = pod().getAll(keys).await().atMost(PATIENCE);

        keys.forEach(key -> assertEquals("value of " + key, reads.get(key).value()));
        assertEquals(
                200,
                reads.values().stream().filter(read -> read.tier() == Tier.L2).count());
    }

    @Test
    void invalidate_stored_removesItForEveryPodThatDoesNotHoldIt() {
        TieredCache<String, String> writer = pod();
        read(writer, "7");

        assertEquals(Invalidation.ACKNOWLEDGED, writer.invalidate("7").await().atMost(PATIENCE));

        assertEquals(Tier.ORIGIN, read(pod(), "7").tier());
    }

    @Test
    void invalidate_heldByAnotherPodsMemory_isGoneThereWithinABound() {
        TieredCache<String, String> reader = pod();
        TieredCache<String, String> writer = pod();
        read(writer, "7");
        read(reader, "7");
        assertEquals(Tier.L1, read(reader, "7").tier());

        assertEquals(Invalidation.ACKNOWLEDGED, writer.invalidate("7").await().atMost(PATIENCE));

        Awaitility.await()
                .atMost(Duration.ofSeconds(1))
                .until(() -> read(reader, "7").tier() != Tier.L1);
    }

    @Test
    void get_1000ConcurrentColdReadsOnTwoPods_loadOnce() {
        List<TieredCache<String, String>> pods = List.of(pod(), pod());
        List<Uni<CacheRead<String>>> reads = IntStream.range(0, 1_000)
                .mapToObj(i -> pods.get(i % 2).get("cold"))
                .toList();

        List<CacheRead<String>> answers =
                Uni.join().all(reads).andFailFast().await().atMost(PATIENCE);

        answers.forEach(answer -> assertEquals("value of cold", answer.value()));
        assertEquals(1, loads.get());
    }

    @Test
    void clear_manyKeys_leavesOtherCachesAlone() {
        TieredCache<String, String> cache = pod();
        cache.warmUp(IntStream.range(0, 3_000).mapToObj(String::valueOf).toList())
                .await()
                .atMost(PATIENCE);
        send(Request.cmd(Command.SET).arg("ballast:{test2:1}:1").arg("other"));
        send(Request.cmd(Command.SET).arg("payment:42").arg("other"));

        assertEquals(Invalidation.ACKNOWLEDGED, cache.clear().await().atMost(PATIENCE));

        assertEquals(Tier.ORIGIN, read(pod(), "7").tier());
        assertEquals(
                1, send(Request.cmd(Command.EXISTS).arg("ballast:{test2:1}:1")).toInteger());
        assertEquals(1, send(Request.cmd(Command.EXISTS).arg("payment:42")).toInteger());
    }

    @Test
    void get_redisGone_isLoadedAndInvalidationIsDeferred() {
        try (RedisProcess own = new RedisProcess().start();
                RedisFixture cut = RedisFixture.connectedTo(own).following()) {
            TieredCache<String, String> cache = caches(cut).create(CacheFixture.spec(this::load));
            read(cache, "7");
            own.kill();

            assertEquals(Invalidation.DEFERRED, cache.invalidate("7").await().atMost(PATIENCE));
            assertEquals(CacheRead.fromOrigin("value of 7", Fill.BYPASSED), read(cache, "7"));
        }
    }

    @Test
    void create_nameTaken_isRefused() {
        TieredCaches caches = caches(fixture);
        caches.create(CacheFixture.spec(this::load));
        assertThrows(IllegalStateException.class, () -> caches.create(CacheFixture.spec(this::load)));
    }

    private TieredCache<String, String> pod() {
        return pod(InstantSource.system());
    }

    private TieredCache<String, String> pod(InstantSource clock) {
        return caches(fixture, clock).create(CacheFixture.spec(this::load));
    }

    private TieredCaches caches(RedisFixture redis) {
        return caches(redis, InstantSource.system());
    }

    private TieredCaches caches(RedisFixture redis, InstantSource clock) {
        return new TieredCaches(
                redis.commands(),
                redis.log(),
                SETTINGS,
                registry,
                Tracing.none(),
                clock,
                System::nanoTime,
                new Random(9));
    }

    private Uni<Map<String, String>> load(Collection<String> keys) {
        loads.incrementAndGet();
        Map<String, String> found =
                new HashMap<>(keys.stream().collect(Collectors.toMap(Function.identity(), key -> "value of " + key)));
        found.remove("none");
        return Uni.createFrom().item(found);
    }

    private static CacheRead<String> read(TieredCache<String, String> cache, String key) {
        return cache.get(key).await().atMost(PATIENCE);
    }

    private static int stored() {
        return send(Request.cmd(Command.KEYS).arg("ballast:{test:*")).size();
    }

    private static List<Integer> counts(WarmUp warmUp) {
        return List.of(warmUp.requested(), warmUp.fromL2(), warmUp.fromOrigin(), warmUp.missing());
    }

    private static Response send(Request command) {
        Response response = fixture.commands().send(command).await().atMost(PATIENCE);
        return assertInstanceOf(Response.class, response);
    }
}
