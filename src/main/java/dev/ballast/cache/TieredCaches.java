package dev.ballast.cache;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.ballast.cache.CacheSettings.Tuning;
import dev.ballast.leases.Coherence;
import dev.ballast.leases.LeasedStore;
import dev.ballast.origin.Breaker;
import dev.ballast.origin.Guard;
import dev.ballast.origin.Loads;
import dev.ballast.origin.Pause;
import dev.ballast.redis.InvalidationLog;
import dev.ballast.redis.LogFollower;
import dev.ballast.redis.RedisCommands;
import dev.ballast.tracing.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Makes caches. A room makes each of its own once, when it is constructed, and keeps it:
///
/// ```java
/// this.users = caches.create(new CacheSpec<>(
///         "users", String::valueOf, Long::valueOf, ValueCodec.json(mapper, User.class, 1), repository::findAll));
/// ```
@ApplicationScoped
public class TieredCaches {
    private static final String CHANNEL = "cache:";
    private static final int FAILURES = 5;

    /// Keys in one entry of the log at most.
    private static final int TOLD_ONE_BY_ONE = 64;
    private static final Duration PROBE_EVERY = Duration.ofMillis(500);

    private final RedisCommands redis;
    private final InvalidationLog log;
    private final CacheSettings settings;
    private final MeterRegistry registry;
    private final Tracing tracing;
    private final InstantSource clock;
    private final Ticker ticker;
    private final RandomGenerator random;
    private final Coherence coherence;
    private final Supplier<String> tokens = tokens(new SecureRandom());
    private final Map<String, TieredCache<?, ?>> made = new ConcurrentHashMap<>();

    @Inject
    TieredCaches(
            RedisCommands redis, InvalidationLog log, CacheSettings settings, MeterRegistry registry, Tracing tracing) {
        this(redis, log, settings, registry, tracing, InstantSource.system(), Ticker.systemTicker(), new Random());
    }

    TieredCaches(
            RedisCommands redis,
            InvalidationLog log,
            CacheSettings settings,
            MeterRegistry registry,
            Tracing tracing,
            InstantSource clock,
            Ticker ticker,
            RandomGenerator random) {
        this.redis = redis;
        this.log = log;
        this.settings = settings;
        this.registry = registry;
        this.tracing = tracing;
        this.clock = clock;
        this.ticker = ticker;
        this.random = random;
        this.coherence = new Coherence(log::confirmedAt, settings.staleness());
        log.follow(new Memories(), settings.staleness());
    }

    /// Passes on what is invalidated, here or on another pod, to the memory of the cache it belongs to.
    private final class Memories implements LogFollower {
        @Override
        public void forget(String channel, List<String> keys) {
            TieredCache<?, ?> cache =
                    channel.startsWith(CHANNEL) ? made.get(channel.substring(CHANNEL.length())) : null;
            if (cache == null) {
                return;
            }
            if (keys.isEmpty()) {
                cache.forgetAll();
            } else {
                cache.forget(keys);
            }
        }

        @Override
        public void forgetEverything() {
            made.values().forEach(TieredCache::forgetAll);
        }
    }

    /// Makes the cache; does not touch Redis yet.
    ///
    /// @throws IllegalStateException where there is one of that name: two would share keys and disagree on values
    public <K, V> TieredCache<K, V> create(CacheSpec<K, V> spec) {
        return create(spec, () -> false);
    }

    /// Likewise.
    ///
    /// @param withoutRedis whether values are neither read from Redis nor stored there at the moment; what is
    ///     invalidated is invalidated there all the same
    /// @throws IllegalStateException where there is one of that name: two would share keys and disagree on
    ///     values
    public <K, V> TieredCache<K, V> create(CacheSpec<K, V> spec, BooleanSupplier withoutRedis) {
        Tuning tuning = tuning(spec.name());
        CacheMeters meters = new CacheMeters(spec.name(), registry);
        Breaker breaker = new Breaker(FAILURES, PROBE_EVERY, ticker::read, Complaints.ofBreaker(spec.name(), Tier.L2));
        meters.breaker(Tier.L2, breaker);
        redis.guardedBy("cache " + spec.name(), breaker::isOpen);
        LeasedStore store = store(spec.name(), tuning);
        RemoteTier<K, V> remote = new RedisTier<>(store, spec, tuning, breaker, withoutRedis, meters, clock, random);
        TieredCache.Announcement announcement = announcement(spec.name(), tuning);
        TieredCache<K, V> cache = assemble(
                spec, tuning, meters, tracing, remote, announcement, coherence, Pause.jittered(random), ticker, random);
        if (made.putIfAbsent(spec.name(), cache) != null) {
            throw new IllegalStateException("there is a cache named " + spec.name() + " already");
        }
        return cache;
    }

    private LeasedStore store(String cache, Tuning tuning) {
        // A lease outlasts waiting for a place, the slowest load, and the two scripts around them.
        Duration leaseFor =
                tuning.loadTimeout().multipliedBy(2).plus(tuning.l2Timeout().multipliedBy(2));
        return new LeasedStore(redis, cache, tuning.l2Timeout(), tuning.invalidationTimeout(), leaseFor, tokens);
    }

    /// Many keys are told as all of them: to lose what others hold in memory costs them one read of Redis each, while
    /// every entry of the log is kept in Redis and read by every pod.
    private TieredCache.Announcement announcement(String cache, Tuning tuning) {
        return texts -> log.append(
                        CHANNEL + cache,
                        texts.size() > TOLD_ONE_BY_ONE ? List.of() : texts,
                        tuning.invalidationTimeout())
                .replaceWith(true)
                .onFailure()
                .recoverWithItem(false);
    }

    /// Forgets keys of a cache, given by their texts, in Redis and on every pod; those that are acknowledged.
    /// This pod need not have the cache: it may not have made it yet, or only another version has it.
    /// What no key can have as its text is held nowhere, and so acknowledged.
    public Uni<Set<String>> invalidate(String cache, Collection<String> texts) {
        Set<String> done = new HashSet<>(texts);
        List<String> possible = CacheSpec.isName(cache)
                ? done.stream().filter(LeasedStore::canHold).toList()
                : List.of();
        if (possible.isEmpty()) {
            return Uni.createFrom().item(done);
        }
        TieredCache<?, ?> known = made.get(cache);
        Tuning tuning = tuning(cache);
        Uni<Set<String>> told = known != null
                ? known.invalidateTexts(possible)
                : store(cache, tuning).invalidate(possible).chain(announcement(cache, tuning)::after);
        return told.map(acknowledged -> {
            possible.stream().filter(text -> !acknowledged.contains(text)).forEach(done::remove);
            return done;
        });
    }

    /// Forgets all keys of a cache, likewise.
    public Uni<Invalidation> clear(String cache) {
        TieredCache<?, ?> known = made.get(cache);
        if (known != null) {
            return known.clear();
        }
        if (!CacheSpec.isName(cache)) {
            return Uni.createFrom().item(Invalidation.ACKNOWLEDGED);
        }
        Tuning tuning = tuning(cache);
        return store(cache, tuning)
                .clear()
                .chain(gone -> gone
                        ? announcement(cache, tuning).of(List.of())
                        : Uni.createFrom().item(false))
                .map(Invalidation::of);
    }

    private Tuning tuning(String cache) {
        return Objects.requireNonNull(settings.caches().get(cache), "@WithDefaults answers for every name");
    }

    /// All caches made so far.
    public Collection<TieredCache<?, ?>> all() {
        return List.copyOf(made.values());
    }

    /// Their names.
    public Collection<String> names() {
        return new TreeSet<>(made.keySet());
    }

    public Optional<TieredCache<?, ?>> named(String cache) {
        return Optional.ofNullable(made.get(cache));
    }

    static <K, V> TieredCache<K, V> assemble(
            CacheSpec<K, V> spec,
            Tuning tuning,
            CacheMeters meters,
            Tracing tracing,
            RemoteTier<K, V> remote,
            TieredCache.Announcement announcement,
            Coherence coherence,
            Pause pause,
            Ticker ticker,
            RandomGenerator random) {
        MemoryTier<K, V> memory = new MemoryTier<>(tuning, coherence, meters, ticker, random);
        // Opens when all places have failed twice: one hiccup fails all of them once.
        Breaker breaker = new Breaker(
                2 * tuning.maxLoads(), PROBE_EVERY, ticker::read, Complaints.ofBreaker(spec.name(), Tier.ORIGIN));
        meters.breaker(Tier.ORIGIN, breaker);
        Guard<K, V> guard = new Guard<>(
                keys -> ask(spec.loader(), keys),
                breaker,
                tuning.loadTimeout(),
                TieredCache.OriginTimeout::new,
                TieredCache.OriginAway::new);
        Loads<K, V> loads = new Loads<>(tracing, "load " + spec.name(), tuning.maxLoads(), guard::load);
        ReadThrough<K, V> way = new ReadThrough<>(memory, remote, loads, pause, tuning, meters, ticker::read);
        return new TieredCache<>(spec, memory, remote, way, announcement, meters, tracing, ticker::read);
    }

    /// One value or many, as the loader likes it best.
    private static <K, V> Uni<Map<K, V>> ask(Loader<K, V> loader, Collection<K> keys) {
        if (keys.size() > 1) {
            return loader.loadAll(List.copyOf(keys));
        }
        K only = keys.iterator().next();
        return loader.load(only).map(value -> value == null ? Map.of() : Map.of(only, value));
    }

    /// 17 characters each: ten that tell pods apart, seven that count.
    private static Supplier<String> tokens(RandomGenerator random) {
        String pod = padded(Long.toString(random.nextLong(1L << 51), Character.MAX_RADIX), 10);
        AtomicLong count = new AtomicLong();
        return () -> pod + padded(Long.toString(count.getAndIncrement(), Character.MAX_RADIX), 7);
    }

    private static String padded(String text, int length) {
        return "0".repeat(Math.max(0, length - text.length())) + text;
    }
}
