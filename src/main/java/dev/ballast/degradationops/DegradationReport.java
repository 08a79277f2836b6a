package dev.ballast.degradationops;

import dev.ballast.degradation.Degradation;
import dev.ballast.degradation.Dependency;
import dev.ballast.degradation.Level;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What `GET /ops/degradation` answers: this pod's view.
@RegisterForReflection
record DegradationReport(
        @Schema(examples = "degraded") Level level,

        @Schema(examples = "overload: event loops are 140 ms late, 311 requests in flight") @Nullable
        String pressure,

        List<FeatureReport> features,
        List<DependencyReport> dependencies,
        List<OverrideReport> overrides,

        @Schema(
                description = "how each fallback did when it ran last",
                examples = "{\"recommendations/degraded\":\"ok\"}")
        Map<String, String> rehearsals) {

    static DegradationReport of(
            Degradation degradation, Collection<Dependency> dependencies, Map<String, String> rehearsals, Instant now) {
        return new DegradationReport(
                degradation.overall(),
                degradation.pressure(),
                degradation.features().stream().map(FeatureReport::of).toList(),
                dependencies.stream()
                        .map(dependency -> DependencyReport.of(dependency, now))
                        .toList(),
                degradation.overrides().stream().map(OverrideReport::of).toList(),
                rehearsals);
    }
}
