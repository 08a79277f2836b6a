package dev.ballast.cache;

import dev.ballast.cache.CacheRead.Fill;
import dev.ballast.cache.CacheRead.Tier;
import dev.ballast.cache.RemoteTier.Found;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The way down and up again: Redis, then the loader for what Redis does not hold, then into Redis and memory what was
/// loaded. Single reads, bulk reads and warm-ups all go this way, so that what holds for one holds for all.
///
/// The write to Redis is part of the answer: it costs a round trip next to a load and makes `stored` true. A key whose
/// read failed is not written, as a Redis that did not answer once would only be waited for again.
final class ReadThrough<K, V> {
    private final MemoryTier<K, V> memory;
    private final RemoteTier<K, V> remote;
    private final LoadQueue<K, V> origin;
    private final Duration loadTimeout;
    private final CacheMeters meters;

    ReadThrough(
            MemoryTier<K, V> memory,
            RemoteTier<K, V> remote,
            LoadQueue<K, V> origin,
            Duration loadTimeout,
            CacheMeters meters) {
        this.memory = memory;
        this.remote = remote;
        this.origin = origin;
        this.loadTimeout = loadTimeout;
        this.meters = meters;
    }

    /// Sees registered flights to their end, whoever waits for them and whoever does not any more.
    void fly(Map<K, Flight<V>> boarded) {
        Map<K, Flight<V>> flights = new HashMap<>(boarded);
        flights.entrySet().removeIf(this::wasLandedBefore);
        if (flights.isEmpty()) {
            return;
        }
        var _ = Uni.createFrom()
                .deferred(() -> remote.read(flights.keySet()))
                .chain(found -> load(flights, found))
                .subscribe()
                .with(_ -> {}, failure -> flights.forEach((key, flight) -> memory.crash(key, flight, failure)));
    }

    /// An earlier flight may have landed between this one's look into memory and its registration.
    private boolean wasLandedBefore(Map.Entry<K, Flight<V>> boarded) {
        CacheRead<V> read = memory.peek(boarded.getKey());
        if (read == null) {
            return false;
        }
        memory.divert(boarded.getKey(), boarded.getValue(), read);
        return true;
    }

    private Uni<Void> load(Map<K, Flight<V>> flights, Map<K, Found<V>> found) {
        Set<K> missing = new HashSet<>();
        Set<K> unknown = new HashSet<>();
        flights.forEach((key, flight) -> {
            switch (found.get(key)) {
                case Found.Hit<V> hit -> {
                    meters.hit(Tier.L2);
                    land(key, flight, CacheRead.fromRedis(hit.value(), hit.ttlSeconds()));
                }
                case Found.Miss<V> _ -> {
                    meters.missed(Tier.L2);
                    missing.add(key);
                }
                case null, default -> {
                    meters.failed(Tier.L2, 1);
                    missing.add(key);
                    unknown.add(key);
                }
            }
        });
        if (missing.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return timed(missing).chain(loaded -> publish(flights, missing, unknown, loaded));
    }

    private Uni<Void> publish(Map<K, Flight<V>> flights, Set<K> missing, Set<K> unknown, Map<K, V> loaded) {
        Map<K, @Nullable V> fills = new HashMap<>();
        for (K key : missing) {
            if (!unknown.contains(key) && memory.isAboard(key, flight(flights, key))) {
                fills.put(key, loaded.get(key));
            }
        }
        Uni<Set<K>> filled = fills.isEmpty() ? Uni.createFrom().item(Set.of()) : remote.write(fills);
        return filled.invoke(stored -> {
                    meters.put(Tier.L2, stored.size());
                    for (K key : missing) {
                        Fill fill = unknown.contains(key)
                                ? Fill.BYPASSED
                                : stored.contains(key) ? Fill.STORED : Fill.NOT_STORED;
                        land(key, flight(flights, key), CacheRead.fromOrigin(loaded.get(key), fill));
                    }
                })
                .replaceWithVoid();
    }

    private void land(K key, Flight<V> flight, CacheRead<V> read) {
        if (memory.land(key, flight, read)) {
            meters.put(Tier.L1, 1);
        }
    }

    private Uni<Map<K, V>> timed(Set<K> missing) {
        long begin = System.nanoTime();
        return origin.load(missing)
                .ifNoItem()
                .after(loadTimeout)
                .failWith(TieredCache.OriginTimeout::new)
                .invoke(_ -> meters.loaded(System.nanoTime() - begin))
                .onFailure()
                .invoke(_ -> {
                    meters.loadFailed(System.nanoTime() - begin);
                    meters.failed(Tier.ORIGIN, missing.size());
                });
    }

    private Flight<V> flight(Map<K, Flight<V>> flights, K key) {
        Flight<V> flight = flights.get(key);
        if (flight == null) {
            throw new IllegalStateException("a key without a flight");
        }
        return flight;
    }
}
