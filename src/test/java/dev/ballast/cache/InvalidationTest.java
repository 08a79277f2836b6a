package dev.ballast.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Reads and invalidations that cross, in every order that matters on one pod.
class InvalidationTest {
    private final CacheFixture on = new CacheFixture();
    private final TieredCache<String, String> cache = on.cache;

    @Test
    void invalidate_keyInBothTiers_isReadAnew() {
        ask("a");
        on.loader.answer("-old");

        assertEquals(
                Invalidation.ACKNOWLEDGED, subscribed(cache.invalidate("a")).getItem());

        assertFalse(on.remote.stored.containsKey("a"));
        var next = ask("a");
        on.loader.answer("-new");
        assertEquals("a-new", next.getItem().value());
    }

    @Test
    void invalidate_whileLoading_oldValueReachesItsWaitersOnly() {
        var before = ask("a");
        invalidate("a");
        var after = ask("a");
        on.loader.answer("-old");
        on.loader.answer("-new");

        assertEquals("a-old", before.getItem().value());
        assertEquals("L1; fwd=miss, L2; fwd=miss", before.getItem().cacheStatus());
        assertEquals("a-new", after.getItem().value());
        assertEquals(CacheRead.fromMemory("a-new"), ask("a").getItem());
        assertEquals("a-new", on.remote.stored.get("a"));
    }

    @Test
    void invalidate_whileLoading_lateOldValueDoesNotReplaceTheNewOne() {
        var before = ask("a");
        invalidate("a");
        on.loader.answer("-old");

        assertEquals("a-old", before.getItem().value());
        assertFalse(on.remote.stored.containsKey("a"));
        var after = ask("a");
        on.loader.answer("-new");
        assertEquals("a-new", after.getItem().value());
    }

    @Test
    void invalidate_whileRedisIsRead_oldValueDoesNotEnterMemory() {
        on.remote.stored.put("a", "a-old");
        on.remote.held = true;
        var before = ask("a");
        on.remote.held = false;
        invalidate("a");
        on.remote.release();

        assertEquals("a-old", before.getItem().value());
        var after = ask("a");
        on.loader.answer("-new");
        assertEquals("a-new", after.getItem().value());
    }

    @Test
    void invalidate_readBetweenMemoryAndRedis_oldValueDoesNotStayInMemory() {
        on.remote.stored.put("a", "a-old");
        on.remote.held = true;
        var invalidation = subscribed(cache.invalidate("a"));
        on.remote.stored.put("a", "a-old"); // as Redis would still hold it, the deletion being on its way
        on.remote.held = false;
        assertEquals("a-old", ask("a").getItem().value());
        on.remote.stored.remove("a");
        on.remote.release();

        invalidation.assertCompleted();
        var after = ask("a");
        on.loader.answer("-new");
        assertEquals("a-new", after.getItem().value());
    }

    @Test
    void invalidate_loadEndsWhileRedisDeletes_oldValueIsNotPutBack() {
        ask("a");
        on.remote.held = true;
        var invalidation = subscribed(cache.invalidate("a"));
        on.loader.answer("-old");
        on.remote.release();

        invalidation.assertCompleted();
        assertFalse(on.remote.stored.containsKey("a"));
    }

    @Test
    void invalidate_whileBulkLoading_othersAreStored() {
        var bulk = subscribed(cache.getAll(List.of("a", "b")));
        invalidate("a");
        on.loader.answer("-old");

        bulk.assertCompleted();
        assertFalse(on.remote.stored.containsKey("a"));
        assertEquals(CacheRead.fromMemory("b-old"), ask("b").getItem());
        ask("a");
        assertEquals(2, on.loader.calls.size());
    }

    @Test
    void invalidate_redisAway_isDeferredAndMemoryIsClean() {
        ask("a");
        on.loader.answer("-old");
        on.remote.away = true;

        assertEquals(Invalidation.DEFERRED, subscribed(cache.invalidate("a")).getItem());

        var next = ask("a");
        on.loader.answer("-new");
        assertEquals("a-new", next.getItem().value());
        assertEquals(1, on.count("invalidations", "outcome", "deferred"));
    }

    @Test
    void invalidateTexts_oneNodeOfRedisAway_othersAreAcknowledgedAndAnnounced() {
        on.remote.unreachable.add("a");

        var outcome = subscribed(cache.invalidateTexts(List.of("a", "b"))).getItem();

        assertEquals(Set.of("b"), outcome);
        assertEquals(List.of(List.of("b")), on.announced);
        assertEquals(1, on.count("invalidations", "outcome", "deferred"));
    }

    @Test
    void invalidateTexts_allAway_announcesNothing() {
        on.remote.away = true;

        assertEquals(
                Set.of(), subscribed(cache.invalidateTexts(List.of("a", "b"))).getItem());

        assertEquals(List.of(), on.announced); // an announcement without keys would be of all
    }

    @Test
    void clear_whileLoading_leavesNothing() {
        ask("a");
        on.loader.answer("-old");
        var loading = ask("b");

        assertEquals(Invalidation.ACKNOWLEDGED, subscribed(cache.clear()).getItem());
        on.loader.answer("-old");

        assertEquals("b-old", loading.getItem().value());
        assertTrue(on.remote.stored.isEmpty());
        ask("a");
        ask("b");
        assertEquals(4, on.loader.calls.size());
    }

    @Test
    void header_perOutcome_isAsDocumented() {
        assertEquals("acknowledged", Invalidation.ACKNOWLEDGED.header());
        assertEquals("deferred", Invalidation.DEFERRED.header());
    }

    private void invalidate(String key) {
        subscribed(cache.invalidate(key)).assertCompleted();
    }

    private UniAssertSubscriber<CacheRead<String>> ask(String key) {
        return subscribed(cache.get(key));
    }

    private static <T> UniAssertSubscriber<T> subscribed(Uni<T> uni) {
        return uni.subscribe().withSubscriber(UniAssertSubscriber.create());
    }
}
