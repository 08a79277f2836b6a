package dev.ballast.policies;

import dev.ballast.ratelimit.Algorithm;
import dev.ballast.ratelimit.Standing;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// Where an identifier stands.
@RegisterForReflection
record StandingView(
        @Schema(examples = "ip") String policy,
        @Schema(examples = "203.0.113.7") String identifier,
        @Schema(examples = "100") long limit,
        @Schema(examples = "57") long remaining,

        @Schema(examples = "2026-01-31T12:00:12Z", description = "when more than that remains, if nothing else comes")
        Instant resetAt,

        @Schema(examples = "2026-01-31T12:01:00Z", description = "when all of it remains, if nothing else comes")
        Instant fullResetAt,

        @Schema(examples = "sliding-window-log") Algorithm algorithm) {

    static StandingView of(Standing standing, Instant now) {
        return new StandingView(
                standing.charge().policy().name(),
                standing.charge().identifier(),
                standing.charge().policy().limit(),
                standing.remaining(),
                now.plus(standing.resetAfter()),
                now.plus(standing.fullResetAfter()),
                standing.charge().policy().algorithm());
    }
}
