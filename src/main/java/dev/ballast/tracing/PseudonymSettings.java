package dev.ballast.tracing;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/// How users are named in traces.
@ConfigMapping(prefix = "ballast.tracing.pseudonym")
interface PseudonymSettings {
    /// The secret that a user's pseudonym is made with: the same on every pod, and whoever has it can tell who a
    /// pseudonym is by trying. Without one each pod makes up its own when it starts.
    Optional<String> key();
}
