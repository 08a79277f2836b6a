package dev.ballast.cache;

import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What this pod's memory and Redis hold of a key. Never the value.
@RegisterForReflection
public record KeyReport(
        @Schema(examples = "users") String cache,
        @Schema(examples = "42") String key,
        Held l1,
        Held l2) {

    /// What one tier holds.
    ///
    /// @param negative whether it is the knowledge that there is no value
    /// @param ageMs since it was read from below; null where the tier does not know
    /// @param softExpiryMs until it counts as old
    /// @param hardExpiryMs until it is gone
    /// @param schema version of the encoding; null in memory
    @RegisterForReflection
    public record Held(
            boolean present,
            boolean negative,
            @Nullable Long ageMs,
            @Nullable Long softExpiryMs,
            @Nullable Long hardExpiryMs,
            @Nullable Integer schema) {
        static final Held NOTHING = new Held(false, false, null, null, null, null);
    }
}
