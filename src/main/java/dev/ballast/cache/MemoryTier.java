package dev.ballast.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.ballast.cache.CacheSettings.Tuning;
import dev.ballast.leases.Coherence;
import dev.ballast.leases.Lifetime;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
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
    private final Coherence coherence;
    private final Ticker ticker;
    private final Lifetime lifetime;
    private final Lifetime negativeLifetime;
    private final long staleFor;
    private Consumer<K> ageing = _ -> {};
    private volatile long writtenAt;

    /// @param answer made once, as every hit gives the same
    /// @param readAt before the request was sent that brought the value
    /// @param renewAt when it is time to read it anew in the background
    /// @param expiresAt from when on it is only served where nothing newer can be had
    /// @param nextTry when to set out for that; each attempt puts it off, as it may fail
    private record Entry<V>(
            Uni<CacheRead<V>> answer,
            CacheRead<V> read,
            long readAt,
            long renewAt,
            long expiresAt,
            AtomicLong nextTry) {}

    MemoryTier(Tuning tuning, Coherence coherence, CacheMeters meters, Ticker ticker, RandomGenerator random) {
        this.coherence = coherence;
        this.ticker = ticker;
        this.lifetime = new Lifetime(tuning.l1Ttl(), random);
        this.negativeLifetime = new Lifetime(tuning.negativeTtl(), random);
        this.staleFor = tuning.l1StaleFor().toNanos();
        this.writtenAt = ticker.read();
        // Each entry knows its own, jittered expiry; Caffeine's only sweeps out what nobody asks for any more, which it
        // does as it writes. So its clock goes on with writes: to read the time once more is what a hit feels most.
        this.entries = Caffeine.newBuilder()
                .maximumSize(tuning.l1MaxEntries())
                .expireAfterWrite(lifetime.longest().plusNanos(staleFor))
                .executor(Runnable::run) // its upkeep is a few entries at a time: no reason to change threads
                .ticker(() -> writtenAt)
                .recordStats(meters::evictions)
                .build();
        meters.entries(entries, Cache::estimatedSize);
    }

    /// Whom to tell of an entry that is read when 80 % of its lifetime are over, and again a while later where it is
    /// still there.
    void onAgeing(Consumer<K> listener) {
        ageing = listener;
    }

    /// The answer to a hit; null on a miss.
    @Nullable
    Uni<CacheRead<V>> answer(K key) {
        Entry<V> hot = hit(key);
        return hot == null ? null : hot.answer;
    }

    /// Like [#answer], without the way to it.
    @Nullable
    CacheRead<V> read(K key) {
        Entry<V> hot = hit(key);
        return hot == null ? null : hot.read;
    }

    private @Nullable Entry<V> hit(K key) {
        long confirmedAt = coherence.confirmedAt(); // ahead of the entry, for the reason Coherence gives
        Entry<V> entry = entries.getIfPresent(key);
        if (entry == null) {
            return null;
        }
        long now = ticker.read();
        if (entry.expiresAt - now <= 0 || !coherence.holds(confirmedAt, now, entry.readAt)) {
            return null;
        }
        if (entry.renewAt - now <= 0 && isDue(entry, now)) {
            ageing.accept(key);
        }
        return entry;
    }

    /// Whether nobody else sets out to renew the entry: four times at most until it expires.
    private static boolean isDue(Entry<?> entry, long now) {
        long due = entry.nextTry.get();
        return now - due >= 0 && entry.nextTry.compareAndSet(due, now + (entry.expiresAt - entry.renewAt) / 4);
    }

    Flight<V> flight() {
        return new Flight<>(ticker.read());
    }

    /// What a read is to wait for: the flight on its way, if it may be joined, else `fresh`. That is registered, or,
    /// where the value has entered memory since the read looked there, it has landed with it. Looking and
    /// registering are one step, as whoever joined in between would get an entry that might be too old for him.
    ///
    /// A flight that may not be joined any more, as its read is too old to vouch for itself, lands for those who
    /// wait for it and is not kept.
    Flight<V> board(K key, Flight<V> fresh) {
        long confirmedAt = coherence.confirmedAt();
        Flight<V> aboard = flights.compute(key, (_, other) -> {
            Entry<V> held = held(key, confirmedAt, 0);
            if (held != null) {
                fresh.land(held.read);
                return other;
            }
            return isJoinable(other, confirmedAt) ? other : fresh;
        });
        return aboard == null || fresh.isDone() ? fresh : aboard;
    }

    /// Registers a flight that is to replace an entry, unless one for the key is on its way; whether it did.
    boolean boardAnew(K key, Flight<V> fresh) {
        long confirmedAt = coherence.confirmedAt();
        return flights.compute(key, (_, other) -> isJoinable(other, confirmedAt) ? other : fresh) == fresh;
    }

    private boolean isJoinable(@Nullable Flight<V> other, long confirmedAt) {
        return other != null && coherence.holds(confirmedAt, ticker.read(), other.readAt());
    }

    /// What is held for a key, up to some time past its expiry; null where nothing is that may be served.
    private @Nullable Entry<V> held(K key, long confirmedAt, long overdue) {
        Entry<V> entry = entries.getIfPresent(key);
        long now = ticker.read();
        if (entry == null || entry.expiresAt + overdue - now <= 0 || !coherence.holds(confirmedAt, now, entry.readAt)) {
            return null;
        }
        return entry;
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
            entries.put(key, entry(read, flight.readAt()));
            entered[0] = true;
            return null;
        });
        flight.land(read);
        return entered[0];
    }

    /// Ends the flight with an answer that does not enter memory: it is there already, or may be old.
    void divert(K key, Flight<V> flight, CacheRead<V> read) {
        flights.remove(key, flight);
        flight.land(read);
    }

    /// Ends the flight with what is held past its expiry, where that is not known to be invalidated, else with the
    /// failure, of which nothing is kept; how many got what is past its expiry. First the flight is gone, as who
    /// joined after the look at the entry might be too late for it.
    int crash(K key, Flight<V> flight, Throwable failure) {
        flights.remove(key, flight);
        Entry<V> held = held(key, coherence.confirmedAt(), staleFor);
        if (held == null) {
            flight.crash(failure);
            return 0;
        }
        boolean overdue = held.expiresAt - ticker.read() <= 0;
        int answers = overdue ? flight.waiting() : 0;
        flight.land(overdue ? held.read.asStale() : held.read);
        return answers;
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

    /// What is held of a key, for people to look at.
    KeyReport.Held describe(K key, CacheSpec<K, V> spec) {
        Entry<V> entry = entries.policy().getIfPresentQuietly(key);
        if (entry == null) {
            return KeyReport.Held.NOTHING;
        }
        long now = ticker.read();
        long softMs = (entry.expiresAt - now) / 1_000_000;
        return new KeyReport.Held(
                true,
                entry.read.value() == null,
                (now - entry.readAt) / 1_000_000,
                softMs,
                softMs + staleFor / 1_000_000,
                spec.versionOf(entry.read.value()),
                null);
    }

    /// The keys that eviction would spare longest, hottest first.
    List<K> hottest(int limit) {
        return entries.policy()
                .eviction()
                .map(policy -> List.copyOf(policy.hottest(limit).keySet()))
                .orElse(List.of());
    }

    long size() {
        return entries.estimatedSize();
    }

    long maximum() {
        return entries.policy().eviction().map(policy -> policy.getMaximum()).orElse(0L);
    }

    long lagNanos() {
        return coherence.lag(ticker.read());
    }

    /// The keys of all entries and loads on their way. Those on their way first: one that lands meanwhile is an entry
    /// then.
    Set<K> keys() {
        Set<K> keys = ConcurrentHashMap.newKeySet();
        keys.addAll(flights.keySet());
        keys.addAll(entries.asMap().keySet());
        return keys;
    }

    private Entry<V> entry(CacheRead<V> read, long readAt) {
        CacheRead<V> hit = CacheRead.fromMemory(read.value());
        long now = ticker.read();
        writtenAt = now;
        long lives = (read.value() == null ? negativeLifetime : lifetime).nextNanos();
        // Nobody minds whether "no such key" is a few seconds late, so only values are renewed.
        long renewAt = read.value() == null ? now + lives : now + lives / 5 * 4;
        return new Entry<>(Uni.createFrom().item(hit), hit, readAt, renewAt, now + lives, new AtomicLong(renewAt));
    }
}
