package dev.ballast.policies;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.ratelimit.Algorithm;
import dev.ballast.ratelimit.FailureMode;
import dev.ballast.ratelimit.Policy;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What configuration becomes, and what it must not be.
class ConfiguredTest {
    private static final String PREFIX = "ballast.policies.";

    @Test
    void policies_nothingSet_areTheSpecifications() {
        PoliciesInForce policies = inForce(Map.of());

        assertEquals(policy("ip", Algorithm.SLIDING_WINDOW_LOG, 100, 60), policies.ip());
        assertEquals(policy("user", Algorithm.SLIDING_WINDOW_LOG, 1_000, 3_600), policies.user(""));
        assertEquals(
                policy("get-users-id", Algorithm.TOKEN_BUCKET, 6_000, 60),
                policies.endpoint("get-users-id").charge().policy());
    }

    @Test
    void policies_endpointsOwnLimit_keepsTheRestAsUsual() {
        PoliciesInForce policies = inForce(Map.of(
                "endpoint.limit", "500",
                "endpoint.burst", "50",
                "endpoint.window", "10S",
                "endpoints.get-users-id.limit", "20",
                "endpoints.get-users-id.cost", "3"));

        EndpointPolicy own = policies.endpoint("get-users-id");
        Policy usual = policies.endpoint("get-users").charge().policy();
        assertEquals(20, own.charge().policy().limit());
        assertEquals(20, own.charge().policy().burst());
        assertEquals(Duration.ofSeconds(10), own.charge().policy().window());
        assertEquals(3, own.cost());
        assertEquals(3, own.charge().cost());
        assertEquals(50, usual.burst());
    }

    @Test
    void plan_claim_isThatOfThePlanButNeverOfARole() {
        PoliciesInForce policies = inForce(Map.of(
                "user.plans.pro.limit", "5000",
                "user.plans.service.limit", "100000",
                "user.plans.service.algorithm", "sliding-window-counter"));

        assertEquals("pro", policies.plan(Set.of("user"), "pro"));
        assertEquals(5_000, policies.user("pro").limit());
        assertEquals("", policies.plan(Set.of("user"), "gold"));
        assertEquals("", policies.plan(Set.of("user"), null));
        assertEquals("", policies.plan(Set.of("user"), "service"));
        assertEquals("service", policies.plan(Set.of("service"), "pro"));
        assertEquals(Algorithm.SLIDING_WINDOW_COUNTER, policies.user("service").algorithm());
        assertEquals("", policies.plan(Set.of("operator", "service"), "pro"));
        assertTrue(policies.privilege(Set.of("service")).isPresent());
        assertTrue(policies.privilege(Set.of("user")).isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ip.limit|0|ip.limit must be from 1 to",
                "ip.limit|1000001|ip.limit must be from 1 to",
                "ip.window|0S|ip.window in milliseconds must be from 1 to 86400000",
                "ip.window|25H|ip.window in milliseconds must be from 1 to 86400000",
                "user.window|24H|",
                "endpoint.burst|0|endpoint.burst must be from 1 to the limit",
                "endpoint.burst|6001|endpoint.burst must be from 1 to the limit",
                "user.plans.pro.limit|0|user.plans.pro.limit must be from 1 to",
                "user.plans.Pro.limit|5|user.plans must be named",
                "ip.plans.pro.limit|5|ip.plans belong to the policy user",
                "endpoints.get-nothing.limit|5|endpoints.get-nothing names no endpoint; there are: get-users",
                "endpoints.get-users.limit|0|endpoints.get-users.limit must be from 1 to",
                "endpoints.get-users.cost|0|endpoints.get-users.cost must be at least 1",
                "endpoints.get-users.cost|101|ip.limit must be at least 101, the highest cost",
                "allow|10.0.0.1/8|allow must be a list of networks: '10.0.0.1/8' has bits",
                "deny|nonsense|deny must be a list of networks: 'nonsense' is not"
            })
    void policies_invalid_areNamedByKeyAndReason(String key, String value, String reason) {
        List<String> wrong = new ArrayList<>();

        configured(Map.of(key, value)).policies(wrong);

        if (reason == null) {
            assertEquals(List.of(), wrong);
        } else {
            assertTrue(wrong.stream().anyMatch(said -> said.startsWith(PREFIX + reason)), wrong.toString());
        }
    }

    private static Policy policy(String name, Algorithm algorithm, long limit, long seconds) {
        return new Policy(name, algorithm, limit, Duration.ofSeconds(seconds), limit, false, FailureMode.LOCAL, 0);
    }

    private static PoliciesInForce inForce(Map<String, String> settings) {
        List<String> wrong = new ArrayList<>();
        Configured configured = configured(settings);
        Map<String, PolicyInForce> policies = configured.policies(wrong);
        assertEquals(List.of(), wrong);
        return new PoliciesInForce(policies, configured.costs(), List.of("operator", "service"));
    }

    private static Configured configured(Map<String, String> settings) {
        Map<String, String> properties = new HashMap<>();
        settings.forEach((key, value) -> properties.put(PREFIX + key, value));
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(PolicySettings.class)
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build();
        return new Configured(
                config.getConfigMapping(PolicySettings.class), new TreeSet<>(Set.of("get-users", "get-users-id")));
    }
}
