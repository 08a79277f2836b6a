package dev.ballast.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.cache.CacheRead.Fill;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TieredCacheTest {
    private final CacheFixture on = new CacheFixture();
    private final TieredCache<String, String> cache = on.cache;

    @Test
    void get_cold_loadsThenFillsBothTiers() {
        var cold = ask("a");
        on.loader.answer("1");

        assertEquals(CacheRead.fromOrigin("a1", Fill.STORED), cold.getItem());
        assertEquals(CacheRead.fromMemory("a1"), ask("a").getItem());
        assertEquals("a1", on.remote.stored.get("a"));
        assertEquals(1, on.count("hits", "tier", "l1"));
        assertEquals(1, on.count("misses", "tier", "l1"));
        assertEquals(1, on.count("misses", "tier", "l2"));
        assertEquals(1, on.count("puts", "tier", "l1"));
        assertEquals(1, on.count("puts", "tier", "l2"));
        assertEquals(
                1,
                on.registry
                        .get("ballast.cache.loads")
                        .tags("outcome", "ok", "tier", "origin")
                        .timer()
                        .count());
    }

    @Test
    void get_inRedis_asksNoLoaderAndFillsMemory() {
        on.remote.stored.put("a", "warm");

        assertEquals(CacheRead.fromRedis("warm", 99), ask("a").getItem());

        assertEquals(CacheRead.fromMemory("warm"), ask("a").getItem());
        assertTrue(on.loader.calls.isEmpty());
    }

    @Test
    void get_1000ConcurrentMisses_loadOnce() {
        List<UniAssertSubscriber<CacheRead<String>>> waiters = new ArrayList<>();
        IntStream.range(0, 1_000).forEach(_ -> waiters.add(ask("a")));
        on.loader.answer("1");

        waiters.forEach(waiter -> assertEquals("a1", waiter.getItem().value()));
        assertEquals(1, on.loader.calls.size());
        assertEquals(1, on.remote.reads.size());
        assertEquals(999, on.count("coalesced"));
    }

    @Test
    void get_missWhileRedisIsAsked_joins() {
        on.remote.held = true;
        on.remote.stored.put("a", "warm");
        var first = ask("a");
        var second = ask("a");
        on.remote.release();

        assertEquals("warm", first.getItem().value());
        assertEquals("warm", second.getItem().value());
        assertEquals(1, on.remote.reads.size());
    }

    @Test
    void get_firstCallerGivesUp_othersGetTheirAnswer() {
        var first = ask("a");
        var second = ask("a");
        first.cancel();
        on.loader.answer("1");

        assertEquals("a1", second.getItem().value());
        assertEquals(CacheRead.fromMemory("a1"), ask("a").getItem());
    }

    @Test
    void get_loadFails_failsAllWaitersAndIsForgotten() {
        var first = ask("a");
        var second = ask("a");
        IllegalStateException failure = new IllegalStateException("origin");
        on.loader.fail(failure);

        assertSame(failure, first.getFailure());
        assertSame(failure, second.getFailure());
        var third = ask("a");
        on.loader.answer("1");
        assertEquals("a1", third.getItem().value());
        assertEquals(1, on.count("failures", "tier", "origin"));
    }

    @Test
    void get_loaderThrows_fails() {
        CacheFixture throwing = new CacheFixture();
        TieredCache<String, String> broken = throwing.assemble(
                CacheFixture.spec(_ -> {
                    throw new IllegalStateException("bug");
                }),
                CacheFixture.settings(Map.of()).caches().get("test"),
                new CacheMeters("broken", throwing.registry));

        assertInstanceOf(
                IllegalStateException.class, subscribed(broken.get("a")).getFailure());
        assertInstanceOf(
                IllegalStateException.class, subscribed(broken.get("a")).getFailure());
    }

    @Test
    void get_loadTooSlow_timesOut() {
        CacheFixture hurried = new CacheFixture(Map.of("ballast.cache.caches.test.load-timeout", "PT0.02S"));
        var waiter = subscribed(hurried.cache.get("a"));

        waiter.awaitFailure(Duration.ofSeconds(10));

        assertInstanceOf(TieredCache.OriginTimeout.class, waiter.getFailure());
    }

    @Test
    void get_redisAway_loadsAndDoesNotAskItAgain() {
        on.remote.away = true;
        var read = ask("a");
        on.loader.answer("1");

        assertEquals(CacheRead.fromOrigin("a1", Fill.BYPASSED), read.getItem());
        assertEquals(CacheRead.fromMemory("a1"), ask("a").getItem());
        assertEquals(1, on.count("failures", "tier", "l2"));
        assertEquals(0, on.count("puts", "tier", "l2"));
    }

    @Test
    void get_noValue_isRememberedForTheNegativeTtl() {
        var cold = ask("a");
        on.loader.answer("1", "a");

        assertNull(cold.getItem().value());
        on.pass(Duration.ofSeconds(26)); // 30 s less 10 %, and a bit
        assertEquals(CacheRead.fromMemory(null), ask("a").getItem());
        assertTrue(on.remote.negative.contains("a"));
        on.pass(Duration.ofSeconds(8));
        on.remote.negative.clear();
        ask("a");
        assertEquals(2, on.loader.calls.size());
    }

    @Test
    void get_valueInMemory_livesFiveMinutesWithinTenPercent() {
        ask("a");
        on.loader.answer("1");
        on.remote.stored.put("a", "a2");

        on.pass(Duration.ofSeconds(269));
        assertEquals("a1", ask("a").getItem().value());
        on.pass(Duration.ofSeconds(62));
        assertEquals("a2", ask("a").getItem().value());
    }

    @Test
    void get_moreThanFit_evicts() {
        CacheFixture small = new CacheFixture(Map.of("ballast.cache.caches.test.l1-max-entries", "10"));
        for (int i = 0; i < 100; i++) {
            subscribed(small.cache.get("k" + i));
            small.loader.answer("");
        }

        assertEquals(10, small.registry.get("ballast.cache.entries").gauge().value());
        assertEquals(90, small.count("evictions", "tier", "l1"));
    }

    @Test
    void getAll_mixed_asksEachTierForTheRestOnly() {
        ask("hot");
        on.loader.answer("1");
        on.remote.stored.put("warm", "warm1");
        on.loader.calls.clear();
        on.remote.reads.clear();

        var all = subscribed(cache.getAll(List.of("none", "warm", "cold", "hot", "cold")));
        on.loader.answer("1", "none");

        Map<String, CacheRead<String>> reads = all.getItem();
        assertEquals(List.of("none", "warm", "cold", "hot"), List.copyOf(reads.keySet()));
        assertEquals(CacheRead.fromMemory("hot1"), reads.get("hot"));
        assertEquals(CacheRead.fromRedis("warm1", 99), reads.get("warm"));
        assertEquals(CacheRead.fromOrigin("cold1", Fill.STORED), reads.get("cold"));
        assertEquals(CacheRead.fromOrigin(null, Fill.STORED), reads.get("none"));
        assertEquals(1, on.remote.reads.size());
        assertEquals(3, on.remote.reads.getFirst().size());
        assertEquals(1, on.loader.calls.size());
        assertEquals(2, on.loader.calls.getFirst().size());
    }

    @Test
    void getAll_keyOnItsWay_joins() {
        var single = ask("a");
        var bulk = subscribed(cache.getAll(List.of("a", "b")));
        on.loader.answer("1");
        on.loader.answer("1");

        assertEquals("a1", single.getItem().value());
        assertEquals("a1", bulk.getItem().get("a").value());
        assertEquals(List.of(List.of("a"), List.of("b")), on.loader.calls);
    }

    @Test
    void getAll_nothing_isNothing() {
        assertEquals(Map.of(), subscribed(cache.getAll(List.of())).getItem());
    }

    @Test
    void getAll_1200Keys_loadsAtMost500AtOnce() {
        List<String> keys = IntStream.range(0, 1_200).mapToObj(i -> "k" + i).toList();
        var all = subscribed(cache.getAll(keys));
        IntStream.range(0, 3).forEach(_ -> on.loader.answer("1"));

        assertEquals(keys, List.copyOf(all.getItem().keySet()));
        assertEquals(
                List.of(500, 500, 200),
                on.loader.calls.stream().map(call -> call.size()).toList());
    }

    @Test
    void warmUp_mixed_tallies() {
        ask("hot");
        on.loader.answer("1");
        on.remote.stored.put("warm", "warm1");

        var warmed = subscribed(cache.warmUp(List.of("hot", "warm", "cold", "colder", "none", "hot")));
        on.pass(Duration.ofMillis(12));
        on.loader.answer("1", "none");

        assertEquals(new WarmUp(5, 1, 2, 1, 12), warmed.getItem());
        assertEquals(CacheRead.fromMemory("cold1"), ask("cold").getItem());
    }

    @Test
    void warmUp_3000Keys_loads2SlicesOf500AtOnceAndAllOfThem() {
        List<String> keys = IntStream.range(0, 3_000).mapToObj(i -> "k" + i).toList();
        var warmed = subscribed(cache.warmUp(keys));
        assertEquals(2, on.loader.calls.size());
        IntStream.range(0, 6).forEach(_ -> on.loader.answer("1"));

        assertEquals(new WarmUp(3_000, 0, 3_000, 0, 0), warmed.getItem());
        on.loader.calls.forEach(call -> assertEquals(500, call.size()));
    }

    @Test
    void warmUp_keysInAnyOrder_asksForNeighboursTogether() {
        List<String> keys = IntStream.range(0, 1_000)
                .mapToObj(i -> i % 2 == 0 ? "even" + (1_000 + i) : "odd" + (1_000 + i))
                .toList();
        var _ = subscribed(cache.warmUp(keys));

        on.remote.reads.forEach(read ->
                assertEquals(1, read.stream().map(String::length).distinct().count()));
        assertEquals(2, on.remote.reads.size());
    }

    @Test
    void warmUp_invalidatedWhileItLoads_storesNothingOfThatKey() {
        var warmed = subscribed(cache.warmUp(List.of("a", "b")));
        subscribed(cache.invalidate("a"));
        on.loader.answer("old");

        assertEquals(2, warmed.getItem().fromOrigin());
        assertNull(on.remote.stored.get("a"));
        assertEquals("bold", on.remote.stored.get("b"));
        ask("a");
        assertEquals(2, on.loader.calls.size());
    }

    @Test
    void warmUp_nothing_isDone() {
        assertEquals(
                new WarmUp(0, 0, 0, 0, 0), subscribed(cache.warmUp(List.of())).getItem());
    }

    private UniAssertSubscriber<CacheRead<String>> ask(String key) {
        return subscribed(cache.get(key));
    }

    private static <T> UniAssertSubscriber<T> subscribed(Uni<T> uni) {
        return uni.subscribe().withSubscriber(UniAssertSubscriber.create());
    }
}
