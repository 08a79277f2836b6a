package dev.ballast.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.leases.Coherence;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What memory may answer while the log is silent, what may be joined, and who waits for whom.
class CoherenceTest {
    private static final Duration JUST_WITHIN = Duration.ofMillis(900);
    private static final Duration REST = Duration.ofMillis(200);

    private final CacheFixture on = new CacheFixture();
    private final TieredCache<String, String> cache = on.cache;

    @Test
    void holds_atTheBound_thenNoMore() {
        Coherence coherence = new Coherence(() -> 100, Duration.ofNanos(50));
        assertTrue(coherence.holds(coherence.confirmedAt(), 150, 0));
        assertFalse(coherence.holds(100, 151, 0));
        assertTrue(coherence.holds(100, 151, 101));
        assertFalse(coherence.holds(100, 152, 101));
    }

    @Test
    void get_logSilent_memoryAnswersForTheBoundThenRedisDoes() {
        ask("a");
        on.loader.answer("1");
        on.logAway = true;
        on.pass(JUST_WITHIN);
        assertEquals(CacheRead.fromMemory("a1"), ask("a").getItem());

        on.pass(REST);

        assertEquals(Tier.L2, ask("a").getItem().tier());
    }

    @Test
    void get_logBackWithNothingMissed_memoryAnswersAgain() {
        ask("a");
        on.loader.answer("1");
        on.logAway = true;
        on.pass(Duration.ofSeconds(5));
        on.logAway = false;
        on.pass(Duration.ofMillis(1));
        assertEquals(CacheRead.fromMemory("a1"), ask("a").getItem());
    }

    @Test
    void get_redisAndLogAway_loadsOncePerBound() {
        on.remote.away = true;
        on.logAway = true;
        on.pass(Duration.ofSeconds(5));
        int answered = 0;
        for (int i = 0; i < 100; i++) {
            on.pass(Duration.ofMillis(50));
            ask("a");
            if (on.loader.calls.size() > answered) {
                on.loader.answer("" + i);
                answered++;
            }
        }
        assertEquals(5, on.loader.calls.size());
    }

    @Test
    void get_redisAndLogAwayAndLoadSlow_laterReadersDoNotJoinAnOldRead() {
        on.remote.away = true;
        on.logAway = true;
        on.pass(Duration.ofSeconds(5));
        var first = ask("a");
        on.pass(JUST_WITHIN);
        var second = ask("a");
        assertEquals(1, on.loader.calls.size());
        on.pass(REST);
        var third = ask("a");
        assertEquals(2, on.loader.calls.size());

        on.loader.answer("-old");
        on.loader.answer("-new");

        assertEquals("a-old", first.getItem().value());
        assertEquals("a-old", second.getItem().value());
        assertEquals("a-new", third.getItem().value());
        assertEquals("a-new", ask("a").getItem().value());
    }

    @Test
    void get_logConfirmedAndLoadSlow_allJoin() {
        ask("a");
        on.pass(Duration.ofSeconds(3));
        ask("a");
        assertEquals(1, on.loader.calls.size());
    }

    @Test
    void get_anotherPodLoads_waitsAndTakesItsValue() {
        on.remote.leases.put("a", "another pod's");
        var waiter = ask("a");
        on.awaken();
        assertTrue(on.loader.calls.isEmpty());

        on.remote.stored.put("a", "theirs");
        on.awaken();

        assertEquals("theirs", waiter.getItem().value());
        assertEquals(Tier.L2, waiter.getItem().tier());
        assertEquals(1, on.count("lease.waits"));
    }

    @Test
    void get_anotherPodGivesUp_takesOverItsLease() {
        on.remote.leases.put("a", "another pod's");
        var waiter = ask("a");
        on.remote.leases.clear();
        on.awaken();
        on.loader.answer("1");
        assertEquals("L1; fwd=miss, L2; fwd=miss; stored", waiter.getItem().cacheStatus());
    }

    @Test
    void get_anotherPodHangs_loadsWithoutStoringAtTheDeadline() {
        on.remote.leases.put("a", "another pod's");
        var waiter = ask("a");
        on.pass(Duration.ofMillis(1999)); // a load may take two seconds
        on.awaken();
        assertTrue(on.loader.calls.isEmpty());
        on.pass(Duration.ofMillis(2));
        on.awaken();
        on.loader.answer("1");

        assertEquals("a1", waiter.getItem().value());
        assertFalse(on.remote.stored.containsKey("a"));
        assertEquals(1, on.count("misses", "tier", "l2"));
        assertEquals(CacheRead.fromMemory("a1"), ask("a").getItem());
    }

    @Test
    void getAll_someAtAnotherPod_loadsTheOthersMeanwhile() {
        on.remote.leases.put("a", "another pod's");
        var bulk = subscribed(cache.getAll(List.of("a", "b")));
        assertEquals(List.of(List.of("b")), on.loader.calls);
        on.loader.answer("1");
        on.remote.stored.put("a", "theirs");
        on.awaken();
        assertEquals("theirs", bulk.getItem().get("a").value());
        assertEquals("b1", bulk.getItem().get("b").value());
    }

    @Test
    void invalidate_onAnotherPodWhileLoading_valueEntersNoTier() {
        var before = ask("a");
        on.remote.leases.clear(); // what the other pod's invalidation does to Redis; its log entry is on its way
        on.loader.answer("-old");

        assertEquals("a-old", before.getItem().value());
        assertFalse(on.remote.stored.containsKey("a"));
        var after = ask("a");
        on.loader.answer("-new");
        assertEquals("a-new", after.getItem().value());
    }

    @Test
    void invalidate_onAnotherPodWhileWarmingUp_valueEntersNoTier() {
        subscribed(cache.warmUp(List.of("a", "b")));
        on.remote.leases.remove("a");
        on.loader.answer("-old");
        assertEquals(java.util.Map.of("b", "b-old"), on.remote.stored);
        ask("a");
        assertEquals(2, on.loader.calls.size());
    }

    @Test
    void forget_byTheLogWhileRedisIsRead_oldValueDoesNotEnterMemory() {
        on.remote.stored.put("a", "a-old");
        on.remote.held = true;
        var before = ask("a");
        on.remote.stored.remove("a");
        cache.forget(List.of("a"));
        on.remote.release();

        assertEquals("a-old", before.getItem().value());
        ask("a");
        assertEquals(1, on.loader.calls.size());
    }

    @Test
    void invalidate_done_isAnnouncedAfterRedisIsClean() {
        on.remote.held = true;
        var invalidation = subscribed(cache.invalidate("a"));
        assertTrue(on.announced.isEmpty());
        on.remote.release();
        invalidation.assertCompleted();
        assertEquals(List.of(List.of("a")), on.announced);
    }

    @Test
    void invalidate_notAnnounced_isDeferred() {
        on.logAway = true;
        assertEquals(Invalidation.DEFERRED, subscribed(cache.invalidate("a")).getItem());
    }

    @Test
    void get_loadFails_leaseIsGivenBack() {
        ask("a");
        on.loader.fail(new IllegalStateException());
        assertTrue(on.remote.leases.isEmpty());
    }

    @Test
    void get_originAwayPastTheSoftExpiry_servesStale() {
        ask("a");
        on.loader.answer("1");
        on.remote.stored.clear();
        on.pass(Duration.ofMinutes(6));

        var read = ask("a");
        on.loader.fail(new IllegalStateException());

        assertEquals("L1; hit; detail=stale", read.getItem().cacheStatus());
        assertEquals("a1", read.getItem().value());
    }

    @Test
    void get_originAwayPastTheHardExpiry_fails() {
        ask("a");
        on.loader.answer("1");
        on.remote.stored.clear();
        on.pass(Duration.ofMinutes(16));
        var read = ask("a");
        on.loader.fail(new IllegalStateException());
        read.assertFailed();
    }

    @Test
    void get_originAndLogAway_isNotServedStale() {
        ask("a");
        on.loader.answer("1");
        on.remote.away = true;
        on.logAway = true;
        on.pass(Duration.ofSeconds(2));
        var read = ask("a");
        on.loader.fail(new IllegalStateException());
        read.assertFailed();
    }

    @Test
    void get_originAwayAndInvalidated_isNotServedStale() {
        ask("a");
        on.loader.answer("1");
        subscribed(cache.invalidate("a"));
        var read = ask("a");
        on.loader.fail(new IllegalStateException());
        read.assertFailed();
    }

    @Test
    void get_at80PercentOfItsTime_isReadAnewInTheBackground() {
        ask("a");
        on.loader.answer("1");
        on.remote.stored.put("a", "a2");
        on.pass(Duration.ofSeconds(265)); // 80 % of 330 s at most
        assertEquals("a1", ask("a").getItem().value());
        assertEquals("a2", ask("a").getItem().value());
        assertEquals(1, on.count("refreshes"));
    }

    @Test
    void get_ageingInRedis_isLoadedAnewInTheBackgroundOnce() {
        on.remote.stored.put("a", "a1");
        on.remote.ageing = true;
        assertEquals("a1", ask("a").getItem().value());
        assertEquals(1, on.loader.calls.size());
        assertEquals("a1", ask("a").getItem().value());
        on.loader.answer("2");
        assertEquals("a2", ask("a").getItem().value());
        assertEquals("a2", on.remote.stored.get("a"));
        assertEquals(1, on.loader.calls.size());
    }

    @Test
    void get_ageingInRedisAndInvalidatedMeanwhile_oldValueEntersNoTier() {
        on.remote.stored.put("a", "a1");
        on.remote.ageing = true;
        ask("a");
        on.remote.stored.clear();
        on.remote.leases.clear();
        cache.forget(List.of("a"));
        on.loader.answer("-old");
        assertTrue(on.remote.stored.isEmpty());
        ask("a");
        assertEquals(2, on.loader.calls.size());
    }

    private UniAssertSubscriber<CacheRead<String>> ask(String key) {
        return subscribed(cache.get(key));
    }

    private static <T> UniAssertSubscriber<T> subscribed(Uni<T> uni) {
        return uni.subscribe().withSubscriber(UniAssertSubscriber.create());
    }
}
