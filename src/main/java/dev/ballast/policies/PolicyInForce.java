package dev.ballast.policies;

import dev.ballast.clientaddress.Cidr;
import dev.ballast.clientaddress.ClientAddress;
import dev.ballast.policies.Definition.OfPlan;
import dev.ballast.ratelimit.Algorithm;
import dev.ballast.ratelimit.Policy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// One policy with all its plans, checked and ready to be charged. Immutable.
final class PolicyInForce {
    static final String IP = "ip";
    static final String USER = "user";

    private static final Pattern PLAN = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
    private static final int LONGEST_PLAN = 64;
    private static final int MOST_PLANS = 100;

    /// Of each list: they are gone through at every request.
    private static final int MOST_NETWORKS = 1_000;

    private final Definition definition;
    private final Policy standard;
    private final Map<String, Policy> plans = new HashMap<>();
    private final List<Cidr> allow;
    private final List<Cidr> deny;

    /// @param dearest the highest cost that may be charged to it
    /// @throws IllegalArgumentException begins with the field, and says what is allowed
    PolicyInForce(String name, Definition definition, long version, long dearest) {
        this.definition = definition;
        require(
                definition.windowMs() >= Policy.MIN_WINDOW.toMillis()
                        && definition.windowMs() <= Policy.MAX_WINDOW.toMillis(),
                "windowMs must be from %d to %d, not %d"
                        .formatted(Policy.MIN_WINDOW.toMillis(), Policy.MAX_WINDOW.toMillis(), definition.windowMs()));
        this.standard = policy(name, new OfPlan(definition.limit(), definition.burst(), null), version, dearest);
        checkPlans(name);
        definition.plans().forEach((plan, limit) -> plans.put(plan, ofPlan(name, plan, limit, version, dearest)));
        require(
                name.equals(IP)
                        || (definition.allow().isEmpty() && definition.deny().isEmpty()),
                "allow and deny belong to the policy ip alone");
        this.allow = networks("allow", definition.allow());
        this.deny = networks("deny", definition.deny());
    }

    String name() {
        return standard.name();
    }

    long version() {
        return standard.version();
    }

    Definition definition() {
        return definition;
    }

    /// The policy without a plan.
    Policy standard() {
        return standard;
    }

    /// The policy of a plan, or the one without where there is no such plan.
    Policy of(String plan) {
        return plans.getOrDefault(plan, standard);
    }

    boolean hasPlan(String plan) {
        return plans.containsKey(plan);
    }

    boolean allows(ClientAddress address) {
        return isIn(allow, address);
    }

    boolean denies(ClientAddress address) {
        return isIn(deny, address);
    }

    private static boolean isIn(List<Cidr> networks, ClientAddress address) {
        for (Cidr network : networks) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }

    private void checkPlans(String name) {
        require(name.equals(USER) || definition.plans().isEmpty(), "plans belong to the policy user alone");
        require(definition.plans().size() <= MOST_PLANS, "plans must be " + MOST_PLANS + " at most");
        for (String plan : definition.plans().keySet()) {
            require(
                    plan.length() <= LONGEST_PLAN && PLAN.matcher(plan).matches(),
                    "plans must be named with lower-case letters, digits and single hyphens, %d at most"
                            .formatted(LONGEST_PLAN));
        }
    }

    private Policy ofPlan(String name, String plan, OfPlan limit, long version, long dearest) {
        try {
            return policy(name, limit, version, dearest);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("plans." + plan + "." + wrong.getMessage(), wrong);
        }
    }

    private Policy policy(String name, OfPlan plan, long version, long dearest) {
        long limit = plan.limit();
        Policy policy = new Policy(
                name,
                plan.algorithm() == null ? definition.algorithm() : plan.algorithm(),
                limit,
                Duration.ofMillis(definition.windowMs()),
                plan.burst() == null ? limit : plan.burst(),
                definition.shadow(),
                definition.onFailure(),
                version);
        require(limit >= dearest, "limit must be at least %d, the highest cost of a request".formatted(dearest));
        require(
                policy.algorithm() != Algorithm.TOKEN_BUCKET || policy.burst() >= dearest,
                "burst must be at least %d, the highest cost of a request".formatted(dearest));
        return policy;
    }

    private static List<Cidr> networks(String field, List<String> texts) {
        require(texts.size() <= MOST_NETWORKS, field + " must be " + MOST_NETWORKS + " networks at most");
        List<Cidr> networks = new ArrayList<>();
        for (String text : texts) {
            try {
                networks.add(Cidr.parse(text.strip()));
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException(field + " must be a list of networks: " + wrong.getMessage(), wrong);
            }
        }
        return List.copyOf(networks);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
