package dev.ballast.policies;

import dev.ballast.ratelimit.Algorithm;
import dev.ballast.ratelimit.FailureMode;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Settings of the rate limits. They hold for each policy until it is changed live.
@ConfigMapping(prefix = "ballast.policies")
interface PolicySettings {
    /// Requests of one address. What is left out is [Definition#IP].
    Limit ip();

    /// Requests of one token's `sub`. What is left out is [Definition#USER].
    Limit user();

    /// Requests to each endpoint of its own. What is left out is [Definition#ENDPOINT].
    Limit endpoint();

    /// By endpoint id such as `get-users-id`. What is left out is as in `endpoint`.
    Map<String, EndpointLimit> endpoints();

    /// Roles that speak for many: exempt from `ip`, and with the plan of `user` that is named like them, which no claim
    /// can ask for. The first that a token has counts.
    @WithDefault("operator,service")
    List<String> privilegedRoles();

    /// Networks that are exempt from `ip`. None by default.
    Optional<List<String>> allow();

    /// Networks that get 403. None by default.
    Optional<List<String>> deny();

    /// How often every pod reads the changed ones again, whatever it was told. Half a minute bounds how long a pod that
    /// Redis could not tell is behind.
    @WithDefault("PT30S")
    Duration rereadEvery();

    /// One policy.
    interface Limit {
        /// How it counts.
        Optional<Algorithm> algorithm();

        /// Cost admitted per window; a request costs 1 where the endpoint does not say otherwise.
        OptionalLong limit();

        /// The window.
        Optional<Duration> window();

        /// Cost that a token bucket admits at once; the limit where it is left out.
        OptionalLong burst();

        /// Whether it only counts and never rejects.
        Optional<Boolean> shadow();

        /// What holds while Redis does not answer.
        Optional<FailureMode> onFailure();

        /// By name of the plan; of `user` alone.
        Map<String, OfPlan> plans();
    }

    /// The policy of an endpoint.
    interface EndpointLimit extends Limit {
        /// What a request costs, in every policy it is charged to.
        @WithDefault("1")
        long cost();
    }

    /// What another plan changes of a policy.
    interface OfPlan {
        /// How it counts; as the policy does where it is left out. A log of a high limit takes much memory.
        Optional<Algorithm> algorithm();

        /// Cost admitted per window.
        long limit();

        /// Cost that a token bucket admits at once; the limit where it is left out.
        OptionalLong burst();
    }
}
