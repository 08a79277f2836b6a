package dev.ballast.policies;

import dev.ballast.ratelimit.Charge;
import dev.ballast.ratelimit.Policy;

/// What a request to an endpoint is charged.
///
/// @param cost in every policy it is charged to
/// @param charge to the endpoint's own policy, which counts the endpoint's requests together
public record EndpointPolicy(long cost, Charge charge) {
    /// All of an endpoint's requests are counted under one name.
    static final String EVERYONE = "all";

    static EndpointPolicy of(Policy policy, long cost) {
        return new EndpointPolicy(cost, new Charge(policy, "", EVERYONE, cost));
    }
}
