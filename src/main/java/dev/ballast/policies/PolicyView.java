package dev.ballast.policies;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.ballast.ratelimit.Algorithm;
import dev.ballast.ratelimit.FailureMode;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// A policy in force as operators see it.
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
record PolicyView(
        @Schema(examples = "ip") String policy,

        @Schema(examples = "3", description = "how often it was changed live; 0 is the configuration's")
        long version,

        @Schema(examples = "sliding-window-log") Algorithm algorithm,
        @Schema(examples = "100") long limit,
        @Schema(examples = "60000") long windowMs,

        @Schema(examples = "100", description = "of a token bucket") @Nullable
        Long burst,

        @Schema(examples = "false") boolean shadow,
        @Schema(examples = "local") FailureMode onFailure,

        @Schema(examples = "1", description = "of a request to the endpoint, in every policy")
        long cost,

        @Schema(description = "of user") @Nullable Map<String, Definition.OfPlan> plans,

        @Schema(description = "networks exempt from ip") @Nullable
        List<String> allow,

        @Schema(description = "networks that get 403") @Nullable
        List<String> deny) {

    static PolicyView of(PolicyInForce policy, long cost) {
        Definition definition = policy.definition();
        boolean bucket = definition.algorithm() == Algorithm.TOKEN_BUCKET;
        boolean ip = policy.name().equals(PolicyInForce.IP);
        return new PolicyView(
                policy.name(),
                policy.version(),
                definition.algorithm(),
                definition.limit(),
                definition.windowMs(),
                bucket ? policy.standard().burst() : null,
                definition.shadow(),
                definition.onFailure(),
                cost,
                policy.name().equals(PolicyInForce.USER) ? definition.plans() : null,
                ip ? definition.allow() : null,
                ip ? definition.deny() : null);
    }
}
