package dev.ballast.cache;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithDefaults;
import java.time.Duration;
import java.util.Map;

/// The room's settings: per cache, by its name, each with a default.
@ConfigMapping(prefix = "ballast.cache")
interface CacheSettings {
    /// Settings of each cache. A cache that is not named here has the defaults.
    @WithDefaults
    Map<String, Tuning> caches();

    /// Settings of one cache.
    interface Tuning {
        /// Entries kept in memory. 1,000 hold the hot tenth of some ten thousand users in a few megabytes.
        @WithDefault("1000")
        int l1MaxEntries();

        /// How long memory may keep a value, ±10 %. 5 minutes: until invalidations reach other pods, this bounds how
        /// stale they can be.
        @WithDefault("PT5M")
        Duration l1Ttl();

        /// How long Redis may keep a value, ±10 %. 30 minutes: the origin is asked at most twice an
        /// hour for a warm key.
        @WithDefault("PT30M")
        Duration l2Ttl();

        /// How long either tier may remember that there is no value, ±10 %. 30 seconds: long enough against a storm of
        /// lookups in vain, short enough for a value that is made elsewhere.
        @WithDefault("PT30S")
        Duration negativeTtl();

        /// Deadline of each request to Redis. 100 ms: beyond it the origin is likely to be faster.
        @WithDefault("PT0.1S")
        Duration l2Timeout();

        /// Deadline of a load. 2 seconds: a request that waited longer has lost its caller.
        @WithDefault("PT2S")
        Duration loadTimeout();

        /// Loads under way at once; keys asked for meanwhile wait and are loaded together. 4: a slow origin is asked
        /// for more at a time, not more often, and most of its connections stay free for others.
        @WithDefault("4")
        int loadsAtOnce();

        /// Largest encoded value stored in Redis, in bytes; larger ones are served and kept in memory only. 64 KiB, as
        /// larger ones hold up the connection others share.
        @WithDefault("65536")
        int l2MaxValueBytes();
    }
}
