package dev.ballast.audit;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// Settings of the audit.
@ConfigMapping(prefix = "ballast.audit")
interface AuditSettings {
    /// How long a deed is remembered. A year: the span most reviews look back on.
    @WithDefault("P365D")
    Duration keepFor();

    /// How often older ones are looked for. An hour: nobody waits for it.
    @WithDefault("PT1H")
    Duration retainEvery();
}
