package dev.ballast.cache;

import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What this pod's memory and Redis hold of a key. Never the value.
///
/// @param l2 null where Redis does not say
@RegisterForReflection
public record KeyReport(
        @Schema(examples = "users") String cache,
        @Schema(examples = "42") String key,
        Held l1,

        @Schema(description = "null where Redis does not say") @Nullable
        Held l2) {

    /// What one tier holds.
    ///
    /// @param negative whether it is the knowledge that there is no value
    /// @param ageMs since this tier was given it, by the writer's clock in Redis; null where it is not present
    /// @param softExpiryMs until it counts as old; negative once it does
    /// @param hardExpiryMs until it is gone
    /// @param version of the value; null where it has none
    /// @param schema version of the encoding; null in memory
    @RegisterForReflection
    public record Held(
            @Schema(examples = "true") boolean present,
            @Schema(examples = "false") boolean negative,

            @Schema(examples = "61000", description = "since this tier was given it") @Nullable
            Long ageMs,

            @Schema(examples = "1371000", description = "until it counts as old; negative once it does") @Nullable
            Long softExpiryMs,

            @Schema(examples = "1731000", description = "until it is gone") @Nullable
            Long hardExpiryMs,

            @Schema(examples = "3", description = "of the value; null where it has none") @Nullable
            Long version,

            @Schema(examples = "1", description = "version of the encoding; null in memory") @Nullable
            Integer schema) {
        static final Held NOTHING = new Held(false, false, null, null, null, null, null);
    }
}
