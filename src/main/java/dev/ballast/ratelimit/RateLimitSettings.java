package dev.ballast.ratelimit;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// Settings of the decisions; the policies themselves belong to another room.
@ConfigMapping(prefix = "ballast.ratelimit")
interface RateLimitSettings {
    /// How long a request may wait for Redis before the failure modes decide. 40 ms: far beyond a healthy answer, and
    /// little enough that an outage is not felt as one.
    @WithDefault("PT0.04S")
    Duration deadline();

    /// Calls without an answer, in a row, after which Redis is not asked any more but for one check per pause.
    @WithDefault("5")
    int breakerFailures();

    /// Time between two checks that see whether Redis is back. A quarter of a second: the return is noticed soon, and
    /// an outage costs four requests a second a wait.
    @WithDefault("PT0.25S")
    Duration breakerPause();

    /// How often a pod tells that it is there. A second, as a pod started or ended shifts every local share.
    @WithDefault("PT1S")
    Duration heartbeatEvery();

    /// How long a pod that tells nothing counts on: at least two heartbeats. Five, so that a slow one does not
    /// shift the shares.
    @WithDefault("PT5S")
    Duration heartbeatLasts();

    /// Pods that share a limit while Redis was never there to tell how many there are.
    @WithDefault("1")
    int pods();
}
