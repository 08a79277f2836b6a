package dev.ballast.cache;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithDefaults;
import java.time.Duration;
import java.util.Map;

/// The room's settings: per cache, by its name, each with a default.
@ConfigMapping(prefix = "ballast.cache")
interface CacheSettings {
    /// D: how long after an acknowledged invalidation any pod may still serve what was before. One second: memory may
    /// answer for that long after the last word from Redis, and the word comes four times as often. Shorter costs
    /// reads of an idle log, longer lets a pod that is cut off serve the past.
    @WithDefault("PT1S")
    Duration staleness();

    /// Settings of each cache. A cache that is not named here has the defaults.
    @WithDefaults
    Map<String, Tuning> caches();

    /// Settings of one cache.
    interface Tuning {
        /// Entries kept in memory. 1,000 hold the hot tenth of some ten thousand users in a few megabytes.
        @WithDefault("1000")
        int l1MaxEntries();

        /// How long memory may keep a value, ±10 %. 5 minutes: bounds how stale another pod can be
        /// whose invalidation Redis could not take yet.
        @WithDefault("PT5M")
        Duration l1Ttl();

        /// How long after that memory may serve it still, marked stale, where the loader fails and nothing says that
        /// it was invalidated. 10 minutes carry through a failover.
        @WithDefault("PT10M")
        Duration l1StaleFor();

        /// How long Redis may keep a value, ±10 %. 30 minutes: the origin is asked at most twice an hour for a warm
        /// key.
        @WithDefault("PT30M")
        Duration l2Ttl();

        /// How long either tier may remember that there is no value, ±10 %. 30 seconds: long enough against a storm of
        /// lookups in vain, short enough for a value that is made elsewhere.
        @WithDefault("PT30S")
        Duration negativeTtl();

        /// Deadline of each request to Redis. 250 ms: far beyond any healthy answer, and longer than a pod just started
        /// is held up by a burst; a shorter one would send that burst to the origin.
        @WithDefault("PT0.25S")
        Duration l2Timeout();

        /// Deadline of each of the two steps of an invalidation. Half a second: longer than a read's, as there is no
        /// other way, and still within a writer's patience.
        @WithDefault("PT0.5S")
        Duration invalidationTimeout();

        /// Deadline of a load. 2 seconds: a request that waited longer has lost its caller.
        @WithDefault("PT2S")
        Duration loadTimeout();

        /// Loads at the same time; who comes later waits and is loaded together with others, up to 500 keys in one
        /// load. 8 of the 16 connections to PostgreSQL, so that a cold cache leaves half of them to others.
        @WithDefault("8")
        int maxLoads();

        /// How long a read waits for another pod that loads the same key, before it loads by itself. As long as that
        /// load may take: who gives up sooner on a slow load adds another one.
        @WithDefault("PT2S")
        Duration leaseWait();

        /// Largest encoded value stored in Redis, in bytes; larger ones are served and kept in memory only. 64 KiB, as
        /// larger ones hold up the connection others share.
        @WithDefault("65536")
        int l2MaxValueBytes();
    }
}
