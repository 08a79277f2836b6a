package dev.ballast.ratelimit;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// How the charges to each policy end. Adders that the registry reads, as every request counts three of them.
/// Safe for use from every thread.
final class PolicyMeters {
    /// How a charge ended.
    enum Outcome {
        ADMITTED("admitted"),
        REJECTED("rejected"),
        SHADOW_REJECTED("shadow-rejected"),
        DENIED_BY_MEMORY("denied-by-memory"),
        FAILED_OPEN("failed-open"),
        FAILED_CLOSED("failed-closed"),
        ADMITTED_LOCALLY("admitted-locally"),
        REJECTED_LOCALLY("rejected-locally"),
        NEAR_LIMIT("near-limit");

        private final String label;

        Outcome(String label) {
            this.label = label;
        }
    }

    /// Admitted with less than this part of the limit left is near it.
    private static final int NEAR = 10;

    private final MeterRegistry registry;
    private final Map<String, Map<Outcome, LongAdder>> policies = new ConcurrentHashMap<>();

    PolicyMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    void count(Charge charge, Outcome outcome) {
        Objects.requireNonNull(adders(charge.policy().name()).get(outcome)).increment();
    }

    /// Also counts one that is near its limit.
    void admitted(Standing standing) {
        count(standing.charge(), standing.admits() ? Outcome.ADMITTED : Outcome.SHADOW_REJECTED);
        if (standing.remaining() * NEAR < standing.charge().policy().capacity()) {
            count(standing.charge(), Outcome.NEAR_LIMIT);
        }
    }

    /// By policy; of those that were charged.
    Map<String, ChargeCounts> counts() {
        Map<String, ChargeCounts> counts = new TreeMap<>();
        policies.forEach((policy, adders) -> counts.put(
                policy,
                new ChargeCounts(
                        sum(adders, Outcome.ADMITTED, Outcome.ADMITTED_LOCALLY),
                        sum(
                                adders,
                                Outcome.REJECTED,
                                Outcome.DENIED_BY_MEMORY,
                                Outcome.REJECTED_LOCALLY,
                                Outcome.FAILED_CLOSED),
                        sum(adders, Outcome.SHADOW_REJECTED),
                        sum(adders, Outcome.FAILED_OPEN))));
        return counts;
    }

    private static long sum(Map<Outcome, LongAdder> adders, Outcome... outcomes) {
        return Arrays.stream(outcomes)
                .mapToLong(
                        outcome -> Objects.requireNonNull(adders.get(outcome)).sum())
                .sum();
    }

    private Map<Outcome, LongAdder> adders(String policy) {
        Map<Outcome, LongAdder> known = policies.get(policy);
        return known != null ? known : policies.computeIfAbsent(policy, this::register);
    }

    /// One for every outcome.
    private Map<Outcome, LongAdder> register(String policy) {
        Map<Outcome, LongAdder> adders = new EnumMap<>(Outcome.class);
        for (Outcome outcome : Outcome.values()) {
            LongAdder adder = new LongAdder();
            adders.put(outcome, adder);
            if (outcome == Outcome.NEAR_LIMIT) {
                FunctionCounter.builder("ballast.ratelimit.near.limit", adder, LongAdder::sum)
                        .description("Charges after which less than a tenth of the limit was left")
                        .tag("policy", policy)
                        .register(registry);
            } else {
                FunctionCounter.builder("ballast.ratelimit.charges", adder, LongAdder::sum)
                        .description("Charges, by policy and by how they ended")
                        .tag("policy", policy)
                        .tag("outcome", outcome.label)
                        .register(registry);
            }
        }
        return adders;
    }
}
