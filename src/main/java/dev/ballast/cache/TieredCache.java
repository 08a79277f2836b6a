package dev.ballast.cache;

import dev.ballast.cache.CacheRead.Tier;
import dev.ballast.problem.DomainException;
import dev.ballast.problem.Kind;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/// A cache in two tiers, this pod's memory and Redis, in front of a loader. Get one from [TieredCaches].
///
/// Every answer arrives on the Vert.x context it was subscribed from. Redis failing is no failure here: the loader
/// answers. A failing loader is everyone's failure who waited for that load, and is forgotten at once.
/// Keys and values are immutable, or at least never changed: readers share them. Safe for use from every thread.
public final class TieredCache<K, V> {
    /// Keys that go to Redis and the loader together.
    private static final int BULK = 500;

    private final MemoryTier<K, V> memory;
    private final RemoteTier<K, V> remote;
    private final ReadThrough<K, V> way;
    private final CacheMeters meters;
    private final LongSupplier nanoTime;

    TieredCache(
            MemoryTier<K, V> memory,
            RemoteTier<K, V> remote,
            ReadThrough<K, V> way,
            CacheMeters meters,
            LongSupplier nanoTime) {
        this.memory = memory;
        this.remote = remote;
        this.way = way;
        this.meters = meters;
        this.nanoTime = nanoTime;
    }

    /// Reads one key. The read begins with this call, not with the subscription: subscribe at once, and call again to
    /// read again. A hit in memory is answered on the calling thread.
    public Uni<CacheRead<V>> get(K key) {
        Uni<CacheRead<V>> hot = memory.answer(key);
        if (hot != null) {
            meters.l1Hit();
            return hot;
        }
        return Uni.createFrom().deferred(() -> {
            Map<K, Flight<V>> own = new HashMap<>();
            Flight<V> flight = board(key, own);
            way.fly(own);
            return flight.join();
        });
    }

    /// Reads many keys: from memory, then those left from Redis together, then those left with one load per 500.
    /// One entry per distinct key, in the order given. Fails where a load fails, whatever else was found.
    public Uni<Map<K, CacheRead<V>>> getAll(Collection<K> keys) {
        return Uni.createFrom().deferred(() -> readAll(new ArrayList<>(new LinkedHashSet<>(keys))));
    }

    /// Brings keys into both tiers, 500 at a time. Fails where a load fails; what was read until then stays.
    public Uni<WarmUp> warmUp(Collection<K> keys) {
        return Uni.createFrom().deferred(() -> {
            WarmUp.Tally tally = new WarmUp.Tally(nanoTime);
            Uni<Void> done = Uni.createFrom().voidItem();
            for (List<K> slice : slices(new ArrayList<>(new LinkedHashSet<>(keys)))) {
                done = done.chain(() -> readAll(slice)).invoke(tally::add).replaceWithVoid();
            }
            return done.map(_ -> tally.result());
        });
    }

    /// Forgets a key in both tiers. To be called after the change is committed. Memory is cleared before Redis, so
    /// that loads on their way are not stored there, and after it, so that nothing read there meanwhile stays.
    public Uni<Invalidation> invalidate(K key) {
        return Uni.createFrom()
                .deferred(() -> {
                    memory.forget(key);
                    return remote.delete(key);
                })
                .map(gone -> {
                    memory.forget(key);
                    return outcome(gone);
                });
    }

    /// Forgets everything in both tiers; in Redis step by step, so that other commands are not held up.
    public Uni<Invalidation> clear() {
        return Uni.createFrom()
                .deferred(() -> {
                    memory.forgetAll();
                    return remote.clear();
                })
                .map(gone -> {
                    memory.forgetAll();
                    return outcome(gone);
                });
    }

    private Uni<Map<K, CacheRead<V>>> readAll(List<K> keys) {
        if (keys.isEmpty()) {
            return Uni.createFrom().item(Map.of());
        }
        List<Uni<CacheRead<V>>> answers = new ArrayList<>(keys.size());
        for (List<K> slice : slices(keys)) {
            Map<K, Flight<V>> own = new HashMap<>();
            for (K key : slice) {
                answers.add(answer(key, own));
            }
            way.fly(own);
        }
        return Uni.join().all(answers).andFailFast().map(reads -> paired(keys, reads));
    }

    private Uni<CacheRead<V>> answer(K key, Map<K, Flight<V>> own) {
        Uni<CacheRead<V>> hot = memory.answer(key);
        if (hot != null) {
            meters.l1Hit();
            return hot;
        }
        return board(key, own).join();
    }

    /// The flight to wait for: another's that is on its way, or a new one, which is added to `own`.
    private Flight<V> board(K key, Map<K, Flight<V>> own) {
        meters.missed(Tier.L1);
        Flight<V> fresh = new Flight<>();
        Flight<V> other = memory.board(key, fresh);
        if (other != null) {
            meters.coalesced();
            return other;
        }
        own.put(key, fresh);
        return fresh;
    }

    private Invalidation outcome(boolean gone) {
        Invalidation outcome = gone ? Invalidation.ACKNOWLEDGED : Invalidation.DEFERRED;
        meters.invalidated(outcome);
        return outcome;
    }

    private static <T> List<List<T>> slices(List<T> all) {
        List<List<T>> slices = new ArrayList<>();
        for (int from = 0; from < all.size(); from += BULK) {
            slices.add(all.subList(from, Math.min(all.size(), from + BULK)));
        }
        return slices;
    }

    private static <K, V> Map<K, CacheRead<V>> paired(List<K> keys, List<CacheRead<V>> reads) {
        Map<K, CacheRead<V>> paired = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            paired.put(keys.get(i), reads.get(i));
        }
        return paired;
    }

    /// The loader did not answer in time. Everyone who waited for that load gets this; nothing is cached.
    public static final class OriginTimeout extends DomainException {
        OriginTimeout() {
            super(Kind.UNAVAILABLE, "the data did not arrive in time; try again");
        }
    }
}
