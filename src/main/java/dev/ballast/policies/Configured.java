package dev.ballast.policies;

import dev.ballast.policies.PolicySettings.EndpointLimit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;

/// The policies as configuration has them, checked: what is wrong is named by its key, and all of it at once.
final class Configured {
    static final String PREFIX = "ballast.policies.";

    private final PolicySettings settings;
    private final SortedSet<String> endpoints;
    private final Map<String, Definition> definitions = new TreeMap<>();
    private final Map<String, Long> costs = new HashMap<>();

    /// @param endpoints ids of those there are
    Configured(PolicySettings settings, SortedSet<String> endpoints) {
        this.settings = settings;
        this.endpoints = endpoints;
        definitions.put(
                PolicyInForce.IP,
                Definition.IP
                        .with(settings.ip())
                        .withLists(
                                settings.allow().orElse(List.of()),
                                settings.deny().orElse(List.of())));
        definitions.put(PolicyInForce.USER, Definition.USER.with(settings.user()));
        Definition usual = Definition.ENDPOINT.with(settings.endpoint());
        for (String id : endpoints) {
            EndpointLimit own = settings.endpoints().get(id);
            definitions.put(id, own == null ? usual : usual.with(own));
            costs.put(id, own == null ? 1 : own.cost());
        }
    }

    /// The policies with version 0.
    ///
    /// @param wrong takes each setting that cannot be, and why
    Map<String, PolicyInForce> policies(List<String> wrong) {
        for (String id : settings.endpoints().keySet()) {
            if (!endpoints.contains(id)) {
                wrong.add(
                        PREFIX + "endpoints." + id + " names no endpoint; there are: " + String.join(", ", endpoints));
            }
        }
        Map<String, PolicyInForce> policies = new TreeMap<>();
        costs.forEach((id, cost) -> {
            if (cost < 1) {
                wrong.add(PREFIX + "endpoints." + id + ".cost must be at least 1, not " + cost);
            }
        });
        definitions.forEach((name, definition) -> {
            try {
                policies.put(name, new PolicyInForce(name, definition, 0, dearest(name)));
            } catch (IllegalArgumentException invalid) {
                wrong.add(key(name, String.valueOf(invalid.getMessage())));
            }
        });
        return policies;
    }

    /// As it is until somebody changes it.
    Definition definition(String name) {
        Definition definition = definitions.get(name);
        if (definition == null) {
            throw new IllegalArgumentException("there is no policy " + name);
        }
        return definition;
    }

    Map<String, Long> costs() {
        return costs;
    }

    /// The highest cost that a request may charge to the policy.
    long dearest(String name) {
        return costs.containsKey(name)
                ? costs.get(name)
                : costs.values().stream().mapToLong(Long::longValue).max().orElse(1);
    }

    /// The reason begins with the field.
    private String key(String name, String reason) {
        String configured = reason.startsWith("windowMs ") ? "window in milliseconds" + reason.substring(8) : reason;
        if (reason.startsWith("allow ") || reason.startsWith("deny ")) {
            return PREFIX + configured;
        }
        boolean ownSettings = settings.endpoints().containsKey(name);
        boolean fixed = name.equals(PolicyInForce.IP) || name.equals(PolicyInForce.USER);
        String place = fixed ? name : ownSettings ? "endpoints." + name : "endpoint";
        return PREFIX + place + "." + configured;
    }
}
