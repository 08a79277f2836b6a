package dev.ballast.degradationops;

import dev.ballast.degradation.Condition;
import dev.ballast.degradation.Dependency;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// A dependency, and what was heard of it in the last ten seconds.
///
/// @param stayLeftMs how long it must stay as it is before it may get better
/// @param silent whether nobody has answered lately; `breakers` tells what is stopped for that or another reason
/// @param breakers calls that are stopped while they would fail, by name
@RegisterForReflection
record DependencyReport(
        @Schema(examples = "recommendation-api") String dependency,
        @Schema(examples = "gone") Condition condition,

        @Schema(examples = "2 in a row, the last one timed out")
        String rule,

        @Schema(examples = "800") long stayLeftMs,
        boolean silent,

        @Schema(examples = "{\"recommendations\":\"open\"}") Map<String, String> breakers,

        @Schema(examples = "down: TimeoutException") @Nullable
        String lastProbe,

        @Nullable Instant lastProbeAt,
        @Nullable Double lastProbeMs,

        Heard calls,
        Heard probes) {

    static DependencyReport of(Dependency dependency, Instant now) {
        Dependency.LastProbe last = dependency.lastProbe();
        return new DependencyReport(
                dependency.name(),
                dependency.condition(),
                dependency.rule(),
                dependency.stayLeft().toMillis(),
                dependency.isSilent(),
                dependency.breakers(),
                last == null ? null : last.said(),
                last == null ? null : now.minus(last.ago()),
                last == null ? null : last.took().toNanos() / 1e6,
                Heard.of(dependency.calls()),
                Heard.of(dependency.probes()));
    }
}
