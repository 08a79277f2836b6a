package dev.ballast.policies;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.ballast.policies.PolicySettings.Limit;
import dev.ballast.ratelimit.Algorithm;
import dev.ballast.ratelimit.FailureMode;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// A policy as people write it, in configuration, calls and the database: not checked yet.
///
/// @param burst null for the limit
/// @param allow networks that are exempt, deny those that get 403; of `ip` alone
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
record Definition(
        @Schema(examples = "sliding-window-log") Algorithm algorithm,
        @Schema(examples = "100") long limit,
        @Schema(examples = "60000") long windowMs,
        @Nullable Long burst,
        @Schema(examples = "false") boolean shadow,
        @Schema(examples = "local") FailureMode onFailure,
        Map<String, OfPlan> plans,
        List<String> allow,
        List<String> deny) {
    /// The specification's 100 a minute.
    static final Definition IP = of(Algorithm.SLIDING_WINDOW_LOG, 100, Duration.ofMinutes(1));

    /// The specification's 1,000 an hour.
    static final Definition USER = of(Algorithm.SLIDING_WINDOW_LOG, 1_000, Duration.ofHours(1));

    /// A hundred a second: what one pod answers easily, without the memory of an exact log.
    static final Definition ENDPOINT = of(Algorithm.TOKEN_BUCKET, 6_000, Duration.ofMinutes(1));

    /// What another plan changes.
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OfPlan(
            @Schema(examples = "5000") long limit,
            @Nullable Long burst,

            @Schema(examples = "sliding-window-counter") @Nullable
            Algorithm algorithm) {
        static OfPlan of(PolicySettings.OfPlan settings) {
            return new OfPlan(
                    settings.limit(),
                    nullable(settings.burst()),
                    settings.algorithm().orElse(null));
        }
    }

    Definition {
        plans = plans == null ? Map.of() : Map.copyOf(plans);
        allow = allow == null ? List.of() : List.copyOf(allow);
        deny = deny == null ? List.of() : List.copyOf(deny);
    }

    private static Definition of(Algorithm algorithm, long limit, Duration window) {
        return new Definition(
                algorithm, limit, window.toMillis(), null, false, FailureMode.LOCAL, Map.of(), List.of(), List.of());
    }

    /// This one, but for what the settings say.
    Definition with(Limit settings) {
        Map<String, OfPlan> ofPlans = new TreeMap<>(plans);
        settings.plans().forEach((name, plan) -> ofPlans.put(name, OfPlan.of(plan)));
        // a burst belongs to the limit it was set beside
        Long inherited = settings.limit().isPresent() ? null : burst;
        return new Definition(
                settings.algorithm().orElse(algorithm),
                settings.limit().orElse(limit),
                settings.window().map(Duration::toMillis).orElse(windowMs),
                settings.burst().isPresent() ? nullable(settings.burst()) : inherited,
                settings.shadow().orElse(shadow),
                settings.onFailure().orElse(onFailure),
                ofPlans,
                allow,
                deny);
    }

    Definition withLists(List<String> allowed, List<String> denied) {
        return new Definition(algorithm, limit, windowMs, burst, shadow, onFailure, plans, allowed, denied);
    }

    private static @Nullable Long nullable(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }
}
