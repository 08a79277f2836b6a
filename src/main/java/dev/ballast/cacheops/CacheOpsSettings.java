package dev.ballast.cacheops;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// Settings of the caches' operation.
@ConfigMapping(prefix = "ballast.cacheops")
interface CacheOpsSettings {
    /// How often a pod writes down its hottest keys. A minute: traffic moves slower than that.
    @WithDefault("PT1M")
    Duration recordEvery();

    /// Keys written down per cache. 1,000 fill memory at its default size.
    @WithDefault("1000")
    int hotKeys();

    /// How long the list is kept after the last pod wrote it. A day outlasts any deployment.
    @WithDefault("P1D")
    Duration keepFor();

    /// How long a starting pod may stay unready for its warm-up. Two seconds: a cold pod is slow, not wrong.
    @WithDefault("PT2S")
    Duration startLimit();

    /// Keys an operator may warm up with one call. 10,000 take about a second.
    @WithDefault("10000")
    int maxWarmUp();
}
