package dev.ballast.problem;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/// Settings of what is refused before it is understood.
@ConfigMapping(prefix = "ballast.problem")
interface ProblemSettings {
    /// The largest request body. No call of the service needs more, and every byte is held in memory.
    @WithDefault("64K")
    MemorySize maxBodySize();
}
