package dev.ballast.stack;

import java.util.HashMap;
import java.util.Map;

/// Rate limits that tests of anything else never meet: all of a test run's thousands of requests come from one address,
/// and many from one user or to one endpoint. They are charged like any other; a test of the limits sets its own.
final class RoomyLimits {
    /// The highest there are.
    private static final String LIMIT = "1000000";

    /// Counters instead of logs, whose memory would follow the load tests' requests.
    private static final String ALGORITHM = "sliding-window-counter";

    static final Map<String, String> PROPERTIES = Map.of(
            "ballast.policies.ip.limit", LIMIT,
            "ballast.policies.ip.algorithm", ALGORITHM,
            "ballast.policies.user.limit", LIMIT,
            "ballast.policies.user.algorithm", ALGORITHM,
            "ballast.policies.endpoint.limit", "600000");

    private RoomyLimits() {}

    /// These, and others.
    static Map<String, String> with(Map<String, String> others) {
        Map<String, String> all = new HashMap<>(PROPERTIES);
        all.putAll(others);
        return all;
    }
}
