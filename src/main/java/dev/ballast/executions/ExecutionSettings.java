package dev.ballast.executions;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// Settings of the marks of executions.
@ConfigMapping(prefix = "ballast.executions")
interface ExecutionSettings {
    /// How long a mark is kept that nobody deleted. A day: a record left behind by a dead process is executed again
    /// within seconds of the next start, or, if it comes later than that, is taken for unsuspicious once.
    @WithDefault("P1D")
    Duration keepFor();

    /// How often older ones are looked for. An hour: nobody waits for it.
    @WithDefault("PT1H")
    Duration retainEvery();
}
