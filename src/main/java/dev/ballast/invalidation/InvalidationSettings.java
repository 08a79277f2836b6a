package dev.ballast.invalidation;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// Settings of the invalidations that wait in PostgreSQL.
@ConfigMapping(prefix = "ballast.invalidation")
interface InvalidationSettings {
    /// How often each pod looks for invalidations that nobody has delivered. One second: the bound on how late a
    /// change made by hand, or by a pod that died, is seen.
    @WithDefault("PT1S")
    Duration sweepEvery();

    /// How old one must be for the sweep to take it. A quarter of a second, in which the request that made the change
    /// delivers its own.
    @WithDefault("PT0.25S")
    Duration sweepGrace();

    /// Invalidations in one transaction of the sweep. 500 fit into one entry of the log.
    @WithDefault("500")
    int sweepBatch();

    /// Transactions in one sweep at most. 100 let it clear 50,000 and still end before a stop.
    @WithDefault("100")
    int sweepRounds();
}
