package dev.ballast.degradationops;

import dev.ballast.degradation.Degradation;
import dev.ballast.degradation.Level;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// An order in force.
///
/// @param feature null for all
@RegisterForReflection
record OverrideReport(
        @Schema(examples = "recommendations") @Nullable String feature,
        @Schema(examples = "minimal") Level level,

        @Schema(examples = "the API returns other people's items")
        String reason,

        @Schema(examples = "ada") String by,
        @Schema(examples = "2026-01-31T12:30:00Z") Instant until) {
    static OverrideReport of(Degradation.Order order) {
        return new OverrideReport(order.feature(), order.level(), order.reason(), order.by(), order.until());
    }
}
