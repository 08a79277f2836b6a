package dev.ballast.degradationops;

import dev.ballast.degradation.Condition;
import dev.ballast.degradation.Dependency;
import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// A dependency, and what was heard of it in the last ten seconds.
///
/// @param stayLeftMs how long it must stay as it is before it may get better
/// @param refusing whether calls of it fail at once
@RegisterForReflection
record DependencyReport(
        @Schema(examples = "recommendation-api") String dependency,
        @Schema(examples = "gone") Condition condition,

        @Schema(examples = "2 in a row, the last one timed out")
        String rule,

        @Schema(examples = "800") long stayLeftMs,
        boolean refusing,

        @Schema(examples = "down: TimeoutException") @Nullable
        String lastProbe,

        Heard calls,
        Heard probes) {

    static DependencyReport of(Dependency dependency) {
        return new DependencyReport(
                dependency.name(),
                dependency.condition(),
                dependency.rule(),
                dependency.stayLeft().toMillis(),
                dependency.isSilent(),
                dependency.lastProbe(),
                Heard.of(dependency.calls()),
                Heard.of(dependency.probes()));
    }
}
