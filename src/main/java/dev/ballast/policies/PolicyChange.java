package dev.ballast.policies;

import dev.ballast.policies.Definition.OfPlan;
import dev.ballast.ratelimit.Algorithm;
import dev.ballast.ratelimit.FailureMode;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The body of a change. What is left out stays as it is, so that a limit raised in a hurry loses no plan.
@RegisterForReflection
record PolicyChange(
        @Schema(examples = "sliding-window-log") @Nullable Algorithm algorithm,

        @Schema(examples = "200", description = "cost admitted per window, up to 1,000,000") @Nullable
        Long limit,

        @Schema(examples = "60000", description = "up to a day") @Nullable
        Long windowMs,

        @Schema(examples = "50", description = "cost that a token bucket admits at once; the limit where never given")
        @Nullable
        Long burst,

        @Schema(examples = "false", description = "only count, never reject") @Nullable
        Boolean shadow,

        @Schema(examples = "local", description = "what holds while Redis does not answer") @Nullable
        FailureMode onFailure,

        @Schema(description = "all plans of user, by name") @Nullable
        Map<String, @Nullable OfPlan> plans,

        @Schema(examples = "[\"192.0.2.0/24\"]", description = "all networks exempt from ip") @Nullable
        List<@Nullable String> allow,

        @Schema(examples = "[\"198.51.100.0/24\"]", description = "all networks that get 403; of ip alone") @Nullable
        List<@Nullable String> deny) {

    /// The policy after the change, not checked yet.
    ///
    /// @throws RateLimitException.Invalid where nothing would change, or something is null in a list
    Definition of(Definition before) {
        if (Stream.of(algorithm, limit, windowMs, burst, shadow, onFailure, plans, allow, deny)
                .allMatch(Objects::isNull)) {
            throw new RateLimitException.Invalid(
                    "the body must have one of algorithm, limit, windowMs, burst, shadow, onFailure, plans, allow, deny");
        }
        return new Definition(
                or(algorithm, before.algorithm()),
                or(limit, before.limit()),
                or(windowMs, before.windowMs()),
                burst == null ? before.burst() : burst,
                or(shadow, before.shadow()),
                or(onFailure, before.onFailure()),
                plans == null ? before.plans() : plans(plans),
                allow == null ? before.allow() : networks("allow", allow),
                deny == null ? before.deny() : networks("deny", deny));
    }

    private static <T> T or(@Nullable T given, T before) {
        return given == null ? before : given;
    }

    private static Map<String, OfPlan> plans(Map<String, @Nullable OfPlan> given) {
        Map<String, OfPlan> plans = new TreeMap<>();
        given.forEach((name, plan) -> {
            if (plan == null) {
                throw new RateLimitException.Invalid("plans must be JSON objects, such as {\"pro\":{\"limit\":5000}}");
            }
            plans.put(name, plan);
        });
        return plans;
    }

    private static List<String> networks(String field, List<@Nullable String> given) {
        List<String> networks = new ArrayList<>();
        for (String network : given) {
            if (network == null) {
                throw new RateLimitException.Invalid(field + " must be a list of networks, such as [\"192.0.2.0/24\"]");
            }
            networks.add(network);
        }
        return networks;
    }
}
