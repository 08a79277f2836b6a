package dev.ballast.degradationops;

import dev.ballast.degradation.Feature;
import dev.ballast.degradation.Level;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// A feature.
///
/// @param optional whether it is the first to be given up under load
@RegisterForReflection
record FeatureReport(
        @Schema(examples = "recommendations") String feature,
        @Schema(examples = "degraded") Level level,
        @Schema(examples = "recommendation-api gone") String why,

        @Schema(description = "without these there is less of it")
        Set<String> soft,

        @Schema(description = "without all of a group there is next to nothing of it")
        List<Set<String>> hard,

        boolean optional) {

    static FeatureReport of(Feature feature) {
        Feature.Spec spec = feature.spec();
        return new FeatureReport(
                feature.name(), feature.level(), feature.why(), spec.soft(), spec.hard(), spec.optional());
    }
}
