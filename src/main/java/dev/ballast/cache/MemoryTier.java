package dev.ballast.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.ballast.cache.CacheSettings.Tuning;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// This pod's memory: entries, and a placeholder for each load on its way.
///
/// The invariant: a loaded value enters memory only while its own flight is still registered, and the check and the
/// entry are one step. Invalidation removes the registration, so what was read before it neither enters memory
/// after it nor is joined by later readers. Reading an entry takes no lock and allocates nothing.
final class MemoryTier<K, V> {
    private final Cache<K, Entry<V>> entries;
    private final ConcurrentMap<K, Flight<V>> flights = new ConcurrentHashMap<>();
    private final Ticker ticker;
    private final Lifetime lifetime;
    private final Lifetime negativeLifetime;

    /// @param answer made once, as every hit gives the same
    private record Entry<V>(Uni<CacheRead<V>> answer, CacheRead<V> read, long expiresAt) {}

    MemoryTier(Tuning tuning, CacheMeters meters, Ticker ticker, RandomGenerator random) {
        this.ticker = ticker;
        this.lifetime = new Lifetime(tuning.l1Ttl(), random);
        this.negativeLifetime = new Lifetime(tuning.negativeTtl(), random);
        // Each entry knows its own, jittered expiry; Caffeine's only sweeps out what nobody asks for any more.
        this.entries = Caffeine.newBuilder()
                .maximumSize(tuning.l1MaxEntries())
                .expireAfterWrite(lifetime.longest())
                .executor(Runnable::run) // its upkeep is a few entries at a time: no reason to change threads
                .ticker(ticker)
                .recordStats(meters::evictions)
                .build();
        meters.entries(entries, Cache::estimatedSize);
    }

    /// The answer to a hit; null on a miss.
    @Nullable
    Uni<CacheRead<V>> answer(K key) {
        Entry<V> entry = fresh(key);
        return entry == null ? null : entry.answer;
    }

    /// What is held for a key; null where nothing is.
    @Nullable
    CacheRead<V> peek(K key) {
        Entry<V> entry = fresh(key);
        return entry == null ? null : entry.read;
    }

    /// Registers a flight, unless one for the key is registered: then that one.
    @Nullable
    Flight<V> board(K key, Flight<V> flight) {
        return flights.putIfAbsent(key, flight);
    }

    /// Whether the flight's value may still be stored.
    boolean isAboard(K key, Flight<V> flight) {
        return flights.get(key) == flight;
    }

    /// Ends the flight with a value, which enters memory if nothing was invalidated meanwhile; whether it did.
    boolean land(K key, Flight<V> flight, CacheRead<V> read) {
        boolean[] entered = {false};
        flights.computeIfPresent(key, (_, registered) -> {
            if (registered != flight) {
                return registered;
            }
            entries.put(key, entry(read));
            entered[0] = true;
            return null;
        });
        flight.land(read);
        return entered[0];
    }

    /// Ends the flight without a value of its own: the answer was in memory after all.
    void divert(K key, Flight<V> flight, CacheRead<V> read) {
        flights.remove(key, flight);
        flight.land(read);
    }

    /// Ends the flight with a failure, of which nothing is kept.
    void crash(K key, Flight<V> flight, Throwable failure) {
        flights.remove(key, flight);
        flight.crash(failure);
    }

    /// Forgets a key, a load on its way included.
    void forget(K key) {
        flights.compute(key, (_, _) -> {
            entries.invalidate(key);
            return null;
        });
    }

    /// Forgets everything, loads on their way included: first these, as each may be about to make an entry.
    void forgetAll() {
        flights.clear();
        entries.invalidateAll();
    }

    private @Nullable Entry<V> fresh(K key) {
        Entry<V> entry = entries.getIfPresent(key);
        return entry == null || entry.expiresAt - ticker.read() <= 0 ? null : entry;
    }

    private Entry<V> entry(CacheRead<V> read) {
        CacheRead<V> hit = CacheRead.fromMemory(read.value());
        Lifetime drawn = read.value() == null ? negativeLifetime : lifetime;
        return new Entry<>(Uni.createFrom().item(hit), hit, ticker.read() + drawn.nextNanos());
    }
}
