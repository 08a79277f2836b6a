package dev.ballast.degradation;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// Settings of what is asked of the dependencies.
@ConfigMapping(prefix = "ballast.degradation")
interface DegradationSettings {
    /// How long a probe may take. Below the period of the probes, so that never two are under way.
    @WithDefault("PT0.4S")
    Duration probeTimeout();
}
