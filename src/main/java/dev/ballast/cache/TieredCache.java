package dev.ballast.cache;

import dev.ballast.leases.LeasedStore;
import dev.ballast.problem.DomainException;
import dev.ballast.problem.Kind;
import dev.ballast.tracing.Tracing;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;

/// A cache in two tiers, this pod's memory and Redis, in front of a loader. Get one from [TieredCaches].
///
/// Every answer arrives on the Vert.x context it was subscribed from. Redis failing is no failure here: the loader
/// answers. A failing loader is everyone's failure who waited for that load, and is forgotten at once.
/// Keys and values are immutable, or at least never changed: readers share them. Safe for use from every thread.
public final class TieredCache<K, V> {
    /// Keys that go to Redis and the loader together.
    private static final int BULK = 500;

    /// Slices of a warm-up on their way together: one is answered while the other is worked on. More would only wait
    /// for the event loop, and a slice that waits there too long looks like a load that is too slow.
    private static final int SLICES_AT_ONCE = 2;

    private final CacheSpec<K, V> spec;
    private final MemoryTier<K, V> memory;
    private final RemoteTier<K, V> remote;
    private final ReadThrough<K, V> way;
    private final Announcement announcement;
    private final CacheMeters meters;
    private final Tracing tracing;
    private final LongSupplier nanoTime;

    /// How other pods hear of an invalidation.
    @FunctionalInterface
    interface Announcement {
        /// Whether they are sure to hear of it.
        ///
        /// @param texts of the keys; none stands for all
        Uni<Boolean> of(List<String> texts);

        /// Tells of the keys that were deleted, if any; those of them that others are sure to hear of.
        default Uni<Set<String>> after(Set<String> deleted) {
            return deleted.isEmpty()
                    ? Uni.createFrom().item(deleted)
                    : of(List.copyOf(deleted)).map(told -> told ? deleted : Set.<String>of());
        }
    }

    TieredCache(
            CacheSpec<K, V> spec,
            MemoryTier<K, V> memory,
            RemoteTier<K, V> remote,
            ReadThrough<K, V> way,
            Announcement announcement,
            CacheMeters meters,
            Tracing tracing,
            LongSupplier nanoTime) {
        this.spec = spec;
        this.memory = memory;
        this.remote = remote;
        this.way = way;
        this.announcement = announcement;
        this.meters = meters;
        this.tracing = tracing;
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
            return own.isEmpty() ? flight.joined(tracing, spec.name()) : flight.join();
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
            return Multi.createFrom()
                    .iterable(slices(byNeighbourhood(keys)))
                    .onItem()
                    .transformToUni(this::readAll)
                    .merge(SLICES_AT_ONCE)
                    .invoke(tally::add)
                    .collect()
                    .last()
                    .map(_ -> tally.result());
        });
    }

    /// Each key once, neighbours together: 500 keys then need a handful of scripts and not one for each bucket.
    private List<K> byNeighbourhood(Collection<K> keys) {
        return keys.stream()
                .distinct()
                .sorted(Comparator.comparingInt(remote::neighbourhood))
                .toList();
    }

    /// Like [#warmUp], by the texts of the keys; what is no key's text is left out.
    public Uni<WarmUp> warmUpTexts(Collection<String> texts) {
        Function<String, K> parse = spec.key();
        return warmUp(
                parse == null
                        ? List.of()
                        : texts.stream()
                                .flatMap(text -> key(parse, text).stream())
                                .toList());
    }

    public String name() {
        return spec.name();
    }

    /// What it holds and has done since its start.
    public CacheReport report() {
        return meters.report(memory.size(), memory.maximum(), memory.lagNanos());
    }

    /// What each tier holds of a key, given by its text.
    public Uni<KeyReport> describe(String text) {
        Function<String, K> parse = spec.key();
        KeyReport.Held l1 = parse == null
                ? KeyReport.Held.NOTHING
                : key(parse, text).map(key -> memory.describe(key, spec)).orElse(KeyReport.Held.NOTHING);
        return remote.describe(text)
                .map(l2 -> new KeyReport(spec.name(), text, l1, l2))
                .onFailure()
                .recoverWithItem(() -> new KeyReport(spec.name(), text, l1, null));
    }

    /// The text that the key of this text has in every tier; empty where no key has it.
    public Optional<String> canonical(String text) {
        Function<String, K> parse = spec.key();
        return (parse == null ? Optional.of(text) : key(parse, text).map(spec.keyText())).filter(LeasedStore::canHold);
    }

    /// The texts of the keys in memory that are read most, as its eviction estimates, hottest first.
    public List<String> hottest(int limit) {
        return memory.hottest(limit).stream().map(spec.keyText()).toList();
    }

    /// Forgets a key in both tiers and on every pod. To be called after the change is committed. Acknowledged, no pod
    /// serves anything older from D later on, and this one from now on.
    public Uni<Invalidation> invalidate(K key) {
        String text = spec.keyText().apply(key);
        return invalidateTexts(List.of(text)).map(told -> Invalidation.of(told.contains(text)));
    }

    /// Forgets keys by their texts; those that are acknowledged. Memory is cleared before Redis, so that loads on their
    /// way are not stored there, and after it, so that nothing read there meanwhile stays. Other pods are told
    /// after Redis is clean, so that they do not find the old value there.
    Uni<Set<String>> invalidateTexts(Collection<String> texts) {
        List<String> gone = List.copyOf(new LinkedHashSet<>(texts));
        return Uni.createFrom()
                .deferred(() -> {
                    forget(gone);
                    return remote.delete(gone);
                })
                .chain(announcement::after)
                .map(told -> {
                    forget(gone);
                    meters.invalidated(Invalidation.of(told.size() == gone.size()));
                    return told;
                });
    }

    /// Forgets everything in both tiers and on every pod.
    public Uni<Invalidation> clear() {
        return Uni.createFrom()
                .deferred(() -> {
                    forgetAll();
                    return remote.clear();
                })
                .chain(cleared ->
                        cleared ? announcement.of(List.of()) : Uni.createFrom().item(false))
                .map(Invalidation::of)
                .invoke(outcome -> {
                    forgetAll();
                    meters.invalidated(outcome);
                });
    }

    /// Forgets keys in this pod's memory, given by their texts.
    void forget(Collection<String> texts) {
        Function<String, K> parse = spec.key();
        if (parse == null) {
            Set<String> gone = new HashSet<>(texts);
            memory.keys().stream()
                    .filter(key -> gone.contains(spec.keyText().apply(key)))
                    .forEach(memory::forget);
            return;
        }
        texts.forEach(text -> key(parse, text).ifPresent(memory::forget));
    }

    /// Forgets everything in this pod's memory.
    void forgetAll() {
        memory.forgetAll();
    }

    private static <K> Optional<K> key(Function<String, K> parse, String text) {
        try {
            return Optional.of(parse.apply(text));
        } catch (RuntimeException _) {
            return Optional.empty(); // no key has this text, so memory cannot hold it
        }
    }

    private Uni<Map<K, CacheRead<V>>> readAll(List<K> keys) {
        Map<K, CacheRead<V>> hot = new HashMap<>();
        Map<K, Flight<V>> aloft = new HashMap<>();
        for (List<K> slice : slices(keys)) {
            Map<K, Flight<V>> own = new HashMap<>();
            for (K key : slice) {
                CacheRead<V> hit = memory.read(key);
                if (hit == null) {
                    aloft.put(key, board(key, own));
                } else {
                    meters.l1Hit();
                    hot.put(key, hit);
                }
            }
            way.fly(own);
        }
        return Flight.joinAll(aloft.values()).map(_ -> inOrder(keys, hot, aloft));
    }

    private static <K, V> Map<K, CacheRead<V>> inOrder(
            List<K> keys, Map<K, CacheRead<V>> hot, Map<K, Flight<V>> landed) {
        Map<K, CacheRead<V>> reads = LinkedHashMap.newLinkedHashMap(keys.size());
        for (K key : keys) {
            Flight<V> flight = landed.get(key);
            reads.put(key, flight == null ? Objects.requireNonNull(hot.get(key)) : flight.landed());
        }
        return reads;
    }

    /// The flight to wait for: another's on its way, one that has landed, or a new one, added to `own`.
    private Flight<V> board(K key, Map<K, Flight<V>> own) {
        meters.missed(Tier.L1, 1);
        Flight<V> fresh = memory.flight();
        Flight<V> aboard = memory.board(key, fresh);
        if (aboard != fresh) {
            meters.coalesced();
        } else if (!fresh.isDone()) {
            own.put(key, fresh);
        }
        return aboard;
    }

    private static <T> List<List<T>> slices(List<T> all) {
        List<List<T>> slices = new ArrayList<>();
        for (int from = 0; from < all.size(); from += BULK) {
            slices.add(all.subList(from, Math.min(all.size(), from + BULK)));
        }
        return slices;
    }

    /// The loader is known to be away. Whoever asks again in a second may find it back.
    public static final class OriginAway extends DomainException {
        OriginAway() {
            super(Kind.UNAVAILABLE, "the data cannot be read at the moment; try again");
        }
    }

    /// The loader did not answer in time. Everyone who waited for that load gets this; nothing is cached.
    public static final class OriginTimeout extends DomainException {
        OriginTimeout() {
            super(Kind.UNAVAILABLE, "the data did not arrive in time; try again");
        }
    }
}
