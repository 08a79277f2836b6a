package dev.ballast.cache;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.ballast.cache.CacheSettings.Tuning;
import dev.ballast.redis.RedisCommands;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/// Makes caches. A room makes each of its own once, when it is constructed, and keeps it:
///
/// ```java
/// this.users = caches.create(new CacheSpec<>(
///         "users", String::valueOf, ValueCodec.json(mapper, User.class, 1), repository::findAll));
/// ```
@ApplicationScoped
public class TieredCaches {
    private final RedisCommands redis;
    private final CacheSettings settings;
    private final MeterRegistry registry;
    private final InstantSource clock;
    private final Ticker ticker;
    private final RandomGenerator random;
    private final Map<String, TieredCache<?, ?>> made = new ConcurrentHashMap<>();

    @Inject
    TieredCaches(RedisCommands redis, CacheSettings settings, MeterRegistry registry) {
        this(redis, settings, registry, InstantSource.system(), Ticker.systemTicker(), new Random());
    }

    TieredCaches(
            RedisCommands redis,
            CacheSettings settings,
            MeterRegistry registry,
            InstantSource clock,
            Ticker ticker,
            RandomGenerator random) {
        this.redis = redis;
        this.settings = settings;
        this.registry = registry;
        this.clock = clock;
        this.ticker = ticker;
        this.random = random;
    }

    /// Makes the cache; does not touch Redis yet.
    ///
    /// @throws IllegalStateException where there is one of that name: two would share keys and disagree on values
    public <K, V> TieredCache<K, V> create(CacheSpec<K, V> spec) {
        Tuning tuning =
                Objects.requireNonNull(settings.caches().get(spec.name()), "@WithDefaults answers for every name");
        CacheMeters meters = new CacheMeters(spec.name(), registry);
        RemoteTier<K, V> remote = new RedisTier<>(redis, spec, tuning, meters, clock, random);
        TieredCache<K, V> cache = assemble(spec, tuning, meters, remote, ticker, random);
        if (made.putIfAbsent(spec.name(), cache) != null) {
            throw new IllegalStateException("there is a cache named " + spec.name() + " already");
        }
        return cache;
    }

    static <K, V> TieredCache<K, V> assemble(
            CacheSpec<K, V> spec,
            Tuning tuning,
            CacheMeters meters,
            RemoteTier<K, V> remote,
            Ticker ticker,
            RandomGenerator random) {
        MemoryTier<K, V> memory = new MemoryTier<>(tuning, meters, ticker, random);
        LoadQueue<K, V> origin = new LoadQueue<>(spec.loader(), tuning.loadsAtOnce());
        ReadThrough<K, V> way = new ReadThrough<>(memory, remote, origin, tuning.loadTimeout(), meters);
        return new TieredCache<>(memory, remote, way, meters, ticker::read);
    }
}
