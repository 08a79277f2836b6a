package dev.ballast.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What is counted, and what is tried again, where things go wrong.
class CountingTest {
    /// Past 80 % of any lifetime drawn around five minutes, and before the end of any.
    private static final Duration AGEING = Duration.ofSeconds(266);

    private final CacheFixture on = new CacheFixture();

    @Test
    void refresh_failed_isTriedAgainALittleLater() {
        ask("a");
        on.loader.answer("1");
        on.remote.stored.clear();
        on.pass(Duration.ofSeconds(240)); // ageing with the lifetime that the fixture's seed draws
        ask("a");
        assertEquals(2, on.loader.calls.size());
        on.loader.fail(new IllegalStateException());
        ask("a");
        assertEquals(2, on.loader.calls.size(), "not at once");

        on.pass(Duration.ofSeconds(17));

        assertEquals(CacheRead.fromMemory("a1"), ask("a").getItem());
        assertEquals(3, on.loader.calls.size());
    }

    @Test
    void refresh_anyOutcome_countsAsNoRead() {
        ask("a");
        on.loader.answer("1");
        on.pass(AGEING);
        ask("a"); // finds its value in Redis
        assertEquals(0, on.count("hits", "tier", "l2"));
        assertEquals(1, on.count("misses", "tier", "l2"));
    }

    @Test
    void refresh_failed_isNoStaleAnswer() {
        ask("a");
        on.loader.answer("1");
        on.remote.stored.clear();
        on.pass(AGEING);
        ask("a");
        on.loader.fail(new IllegalStateException());
        assertEquals(0, on.count("stale"));
    }

    @Test
    void get_threeWaitForWhatIsServedStale_countsThree() {
        ask("a");
        on.loader.answer("1");
        on.remote.stored.clear();
        on.pass(Duration.ofMinutes(6));
        ask("a");
        ask("a");
        var third = ask("a");
        on.loader.fail(new IllegalStateException());
        assertEquals("L1; hit; detail=stale", third.getItem().cacheStatus());
        assertEquals(3, on.count("stale"));
    }

    @Test
    void loadAll_answersNull_failsAndStoresNothing() {
        CacheFixture bare = new CacheFixture();
        TieredCache<String, String> cache = bare.assemble(
                CacheFixture.spec(_ -> Uni.createFrom().nullItem()),
                Objects.requireNonNull(CacheFixture.settings(Map.of()).caches().get("test")),
                new CacheMeters("null", bare.registry));
        subscribed(cache.getAll(java.util.List.of("a", "b"))).assertFailedWith(IllegalStateException.class);
        subscribed(cache.get("a")).assertFailed();
        assertEquals(java.util.Set.of(), bare.remote.negative);
        assertEquals(Map.of(), bare.remote.leases);
    }

    @Test
    void loadAll_answersNoUni_fails() {
        CacheFixture bare = new CacheFixture();
        TieredCache<String, String> cache = bare.assemble(
                CacheFixture.spec(_ -> null),
                Objects.requireNonNull(CacheFixture.settings(Map.of()).caches().get("test")),
                new CacheMeters("none", bare.registry));
        subscribed(cache.get("a")).assertFailed();
        assertEquals(java.util.Set.of(), bare.remote.negative);
    }

    private UniAssertSubscriber<CacheRead<String>> ask(String key) {
        return subscribed(on.cache.get(key));
    }

    private static <T> UniAssertSubscriber<T> subscribed(Uni<T> uni) {
        return uni.subscribe().withSubscriber(UniAssertSubscriber.create());
    }
}
