package dev.ballast.degradationops;

import dev.ballast.degradation.Counts;
import io.quarkus.runtime.annotations.RegisterForReflection;

/// Outcomes by kind.
///
/// @param meanMs time to answer
@RegisterForReflection
record Heard(long ok, long slow, long failed, long timedOut, long rejected, double successRatio, double meanMs) {
    static Heard of(Counts counts) {
        return new Heard(
                counts.ok(),
                counts.slow(),
                counts.failed(),
                counts.timedOut(),
                counts.rejected(),
                counts.successRatio(),
                counts.meanMs());
    }
}
