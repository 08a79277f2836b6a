package dev.ballast.policies;

import dev.ballast.clientaddress.ClientAddress;
import dev.ballast.ratelimit.Policy;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// All policies as they are at one moment. Immutable: a request that takes it once is judged by one state of things.
public final class PoliciesInForce {
    private final SortedMap<String, PolicyInForce> all;
    private final PolicyInForce ip;
    private final PolicyInForce user;
    private final List<String> privilegedRoles;
    private final Map<String, EndpointPolicy> endpoints = new HashMap<>();

    /// @param all by name: `ip`, `user` and those of the endpoints
    /// @param costs by endpoint
    /// @param privilegedRoles those that speak for many, the first one first
    PoliciesInForce(Map<String, PolicyInForce> all, Map<String, Long> costs, List<String> privilegedRoles) {
        this.all = new TreeMap<>(all);
        this.privilegedRoles = List.copyOf(privilegedRoles);
        this.ip = named(PolicyInForce.IP);
        this.user = named(PolicyInForce.USER);
        costs.forEach(
                (id, cost) -> endpoints.put(id, EndpointPolicy.of(named(id).standard(), cost)));
    }

    private PolicyInForce named(String name) {
        PolicyInForce found = all.get(name);
        if (found == null) {
            throw new IllegalArgumentException("there is no policy " + name);
        }
        return found;
    }

    /// The policy of addresses.
    public Policy ip() {
        return ip.standard();
    }

    /// The policy of callers with a plan, empty for none.
    public Policy user(String plan) {
        return user.of(plan);
    }

    /// What a request to an endpoint is charged; null where there is no such endpoint.
    public @Nullable EndpointPolicy endpoint(String id) {
        return endpoints.get(id);
    }

    /// Whether requests of the address are not charged to `ip`.
    public boolean allows(ClientAddress address) {
        return ip.allows(address);
    }

    /// Whether requests of the address are refused.
    public boolean denies(ClientAddress address) {
        return ip.denies(address);
    }

    /// The role by which a caller speaks for many, if any: it is exempt from `ip`.
    public Optional<String> privilege(Set<String> roles) {
        for (String role : privilegedRoles) {
            if (roles.contains(role)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }

    /// The plan by which a caller is limited, empty for none. A claim cannot ask for the plan of a role.
    public String plan(Set<String> roles, @Nullable String claim) {
        Optional<String> role = privilege(roles);
        if (role.isPresent()) {
            return user.hasPlan(role.get()) ? role.get() : "";
        }
        return claim != null && user.hasPlan(claim) && !privilegedRoles.contains(claim) ? claim : "";
    }

    /// In alphabetical order.
    Collection<PolicyInForce> all() {
        return all.values();
    }

    Set<String> names() {
        return all.keySet();
    }

    Optional<PolicyInForce> find(String name) {
        return Optional.ofNullable(all.get(name));
    }

    /// What a request to the endpoint costs; 1 for `ip` and `user`.
    long cost(String name) {
        EndpointPolicy endpoint = endpoints.get(name);
        return endpoint == null ? 1 : endpoint.cost();
    }

    /// These, but for one.
    PoliciesInForce with(PolicyInForce changed) {
        Map<String, PolicyInForce> others = new TreeMap<>(all);
        others.put(changed.name(), changed);
        Map<String, Long> costs = new HashMap<>();
        endpoints.forEach((id, endpoint) -> costs.put(id, endpoint.cost()));
        return new PoliciesInForce(others, costs, privilegedRoles);
    }
}
