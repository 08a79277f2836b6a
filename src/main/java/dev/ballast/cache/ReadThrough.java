package dev.ballast.cache;

import dev.ballast.cache.CacheRead.Fill;
import dev.ballast.cache.CacheSettings.Tuning;
import dev.ballast.cache.RemoteTier.Found;
import dev.ballast.cache.RemoteTier.Written;
import dev.ballast.origin.Deadline;
import dev.ballast.origin.Loads;
import dev.ballast.origin.Pause;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The way down and up again: Redis, then the loader for what Redis does not hold, then into Redis and memory what was
/// loaded. Single reads, bulk reads, warm-ups and early refreshes all go this way, so that what holds for one holds
/// for all.
///
/// Redis answers each missing key with a lease or with the news that another pod has it. Who has it is asked again,
/// at jittered intervals, until there is a value, a lease, or the end of the patience: then the key is loaded without
/// being stored in Redis. The write to Redis is part of the answer: it costs a round trip next to a load, makes
/// `stored` true, and tells a value that an invalidation overtook, which enters no tier.
final class ReadThrough<K, V> {
    private final MemoryTier<K, V> memory;
    private final RemoteTier<K, V> remote;
    private final Loads<K, V> loads;
    private final Pause pause;
    private final CacheMeters meters;
    private final LongSupplier nanoTime;
    private final Duration patience;
    private final Duration leaseWait;

    ReadThrough(
            MemoryTier<K, V> memory,
            RemoteTier<K, V> remote,
            Loads<K, V> loads,
            Pause pause,
            Tuning tuning,
            CacheMeters meters,
            LongSupplier nanoTime) {
        this.memory = memory;
        this.remote = remote;
        this.loads = loads;
        this.pause = pause;
        this.meters = meters;
        this.nanoTime = nanoTime;
        // A load may have to wait for a place for as long as another one takes.
        this.patience = tuning.loadTimeout().multipliedBy(2);
        this.leaseWait = tuning.leaseWait();
        memory.onAgeing(this::refresh);
    }

    /// Flights of one call that ask Redis together.
    ///
    /// @param turn how often they have asked before
    /// @param reads whether reads wait for them, which are counted by the tier that answers
    private record Party<K, V>(Map<K, Flight<V>> flights, int turn, long deadline, boolean reads) {}

    /// Sees registered flights to their end, whoever waits for them and whoever does not any more.
    void fly(Map<K, Flight<V>> boarded) {
        if (!boarded.isEmpty()) {
            start(boarded, () -> ask(new Party<>(boarded, 0, deadline(), true)));
        }
    }

    /// Reads an entry of memory anew in the background; while that is on its way, memory goes on answering.
    private void refresh(K key) {
        Flight<V> flight = memory.flight();
        if (memory.boardAnew(key, flight)) {
            meters.refreshed();
            start(Map.of(key, flight), () -> ask(new Party<>(Map.of(key, flight), 0, deadline(), false)));
        }
    }

    /// Loads an ageing value of Redis anew in the background, unless somebody else is at it.
    private void renew(K key) {
        Flight<V> flight = memory.flight();
        if (!memory.boardAnew(key, flight)) {
            return;
        }
        Map<K, Flight<V>> flights = Map.of(key, flight);
        start(flights, () -> remote.renew(List.of(key)).chain(found -> {
            if (found.get(key) instanceof Found.Granted<V> granted) {
                meters.refreshed();
                return load(flights, Map.of(key, granted.token()), Fill.NOT_STORED);
            }
            return ask(new Party<>(flights, 1, deadline(), false));
        }));
    }

    private long deadline() {
        return nanoTime.getAsLong() + leaseWait.toNanos();
    }

    private void start(Map<K, Flight<V>> flights, Supplier<Uni<? extends Void>> way) {
        var _ = Uni.createFrom().deferred(way).subscribe().with(_ -> {}, failure -> crash(flights, failure));
    }

    private Uni<Void> ask(Party<K, V> party) {
        return remote.read(party.flights().keySet()).chain(found -> sort(party, found));
    }

    private Uni<Void> sort(Party<K, V> party, Map<K, Found<V>> found) {
        Map<K, Flight<V>> granted = new HashMap<>();
        Map<K, String> tokens = new HashMap<>();
        Map<K, Flight<V>> busy = new HashMap<>();
        Map<K, Flight<V>> newer = new HashMap<>();
        Map<K, Flight<V>> unknown = new HashMap<>();
        party.flights().forEach((key, flight) -> {
            switch (found.get(key)) {
                case Found.Hit<V> hit -> landFromRedis(key, flight, hit, party);
                case Found.Granted<V> grant -> {
                    granted.put(key, flight);
                    tokens.put(key, grant.token());
                }
                case Found.Busy<V> _ -> busy.put(key, flight);
                case Found.Newer<V> _ -> newer.put(key, flight);
                case null, default -> unknown.put(key, flight);
            }
        });
        if (party.reads()) {
            meters.missed(Tier.L2, granted.size() + newer.size());
            meters.failed(Tier.L2, unknown.size());
        }
        List<Uni<Void>> ways = new ArrayList<>();
        ways.add(load(granted, tokens, Fill.NOT_STORED));
        ways.add(load(newer, Map.of(), Fill.NOT_STORED));
        ways.add(load(unknown, Map.of(), Fill.BYPASSED));
        ways.add(await(busy, party));
        return Uni.join().all(ways).andFailFast().replaceWithVoid();
    }

    private void landFromRedis(K key, Flight<V> flight, Found.Hit<V> hit, Party<K, V> party) {
        if (party.reads()) {
            meters.hit(Tier.L2);
        }
        land(key, flight, CacheRead.fromRedis(hit.value(), hit.ttlSeconds()));
        if (hit.ageing() && party.turn() == 0) {
            renew(key);
        }
    }

    /// Asks again after a while; at the end of the patience loads, without storing in Redis what another pod's lease
    /// is for.
    private Uni<Void> await(Map<K, Flight<V>> busy, Party<K, V> party) {
        if (busy.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        if (party.turn() == 0) {
            busy.forEach((_, _) -> meters.leaseWait());
        }
        if (nanoTime.getAsLong() - party.deadline() >= 0) {
            if (party.reads()) {
                meters.missed(Tier.L2, busy.size());
            }
            return load(busy, Map.of(), Fill.NOT_STORED);
        }
        return pause.before(party.turn())
                .chain(() -> {
                    // What Redis is asked now brings what is newer than what it was asked before.
                    busy.values().forEach(flight -> flight.departs(nanoTime.getAsLong()));
                    return ask(new Party<>(busy, party.turn() + 1, party.deadline(), party.reads()));
                })
                .onFailure()
                .invoke(failure -> crash(busy, failure))
                .onFailure()
                .recoverWithNull();
    }

    /// Loads and publishes. Never fails: its flights are landed or crashed when it is done.
    ///
    /// @param tokens under which the values may be stored in Redis
    /// @param unstored what becomes of a value that has no token
    private Uni<Void> load(Map<K, Flight<V>> flights, Map<K, String> tokens, Fill unstored) {
        if (flights.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return timed(flights)
                .chain(loaded -> publish(flights, tokens, unstored, loaded))
                .onFailure()
                .call(failure -> {
                    crash(flights, failure);
                    return remote.release(tokens);
                })
                .onFailure()
                .recoverWithNull();
    }

    private Uni<Void> publish(Map<K, Flight<V>> flights, Map<K, String> tokens, Fill unstored, Map<K, V> loaded) {
        Map<K, @Nullable V> fills = new HashMap<>();
        Map<K, String> unused = new HashMap<>();
        flights.forEach((key, flight) -> {
            String token = tokens.get(key);
            if (token != null && memory.isAboard(key, flight)) {
                fills.put(key, loaded.get(key));
            } else if (token != null) {
                unused.put(key, token);
            }
        });
        Uni<Map<K, Written>> written = fills.isEmpty() ? Uni.createFrom().item(Map.of()) : remote.write(tokens, fills);
        Uni<Void> landed = written.invoke(outcomes -> flights.forEach(
                        (key, flight) -> landLoaded(key, flight, loaded.get(key), outcomes.get(key), unstored)))
                .replaceWithVoid();
        return unused.isEmpty() ? landed : landed.call(() -> remote.release(unused));
    }

    private void landLoaded(K key, Flight<V> flight, @Nullable V value, @Nullable Written written, Fill unstored) {
        switch (written) {
            case STORED -> {
                meters.put(Tier.L2, 1);
                land(key, flight, CacheRead.fromOrigin(value, Fill.STORED));
            }
            case REJECTED -> memory.divert(key, flight, CacheRead.fromOrigin(value, Fill.NOT_STORED));
            case LEFT_OUT -> land(key, flight, CacheRead.fromOrigin(value, Fill.NOT_STORED));
            case null -> land(key, flight, CacheRead.fromOrigin(value, unstored));
        }
    }

    private void land(K key, Flight<V> flight, CacheRead<V> read) {
        if (memory.land(key, flight, read)) {
            meters.put(Tier.L1, 1);
        }
    }

    /// Ends flights that found nothing: with what is past its expiry, where that may still be served.
    private void crash(Map<K, Flight<V>> flights, Throwable failure) {
        flights.forEach((key, flight) -> {
            if (!flight.isDone()) {
                meters.stale(memory.crash(key, flight, failure));
            }
        });
    }

    private Uni<Map<K, V>> timed(Map<K, Flight<V>> flights) {
        long begin = nanoTime.getAsLong();
        Set<K> keys = Set.copyOf(flights.keySet());
        Uni<Map<K, V>> load =
                loads.load(keys, () -> flights.values().forEach(flight -> flight.departs(nanoTime.getAsLong())));
        return Deadline.within(patience, load, TieredCache.OriginTimeout::new)
                .invoke(_ -> meters.loaded(nanoTime.getAsLong() - begin))
                .onFailure()
                .invoke(_ -> {
                    meters.loadFailed(nanoTime.getAsLong() - begin);
                    meters.failed(Tier.ORIGIN, keys.size());
                });
    }
}
