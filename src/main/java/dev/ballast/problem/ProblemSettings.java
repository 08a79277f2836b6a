package dev.ballast.problem;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Map;

/// Settings of what is refused before it is understood.
@ConfigMapping(prefix = "ballast.problem")
interface ProblemSettings {
    /// The largest request body. Hardly any call of the service needs more, and every byte is held in memory.
    @WithDefault("64K")
    MemorySize maxBodySize();

    /// What is allowed instead where the path begins so. Such a call reads its body by itself, as [StrictJson] goes by
    /// the other limit.
    Map<String, MemorySize> largerBodies();
}
