package dev.ballast.admission;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/// Settings of admission; the policies are those of another room.
@ConfigMapping(prefix = "ballast.admission")
interface AdmissionSettings {
    /// Off, nobody is limited or refused, and no answer has limit headers: for an emergency, and to measure what limits
    /// cost.
    @WithDefault("true")
    boolean enabled();
}
