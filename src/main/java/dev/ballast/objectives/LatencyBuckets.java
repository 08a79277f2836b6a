package dev.ballast.objectives;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.stream.Stream;

/// Buckets for the time that answers take. Operators' calls have none, but a count and a sum: no objective is about
/// them, as their streams last for hours.
@Singleton
class LatencyBuckets {
    private static final String REQUESTS = "http.server.requests";

    /// 250 ms is the objective's; those on either side show where the time goes: in memory and Redis, in PostgreSQL,
    /// in a dependency that fails.
    private static final double[] BOUNDS = Stream.of(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500)
            .mapToDouble(millis -> Duration.ofMillis(millis).toNanos())
            .toArray();

    private static final String OPERATORS = "/ops";

    @Produces
    @Singleton
    MeterFilter buckets() {
        return new MeterFilter() {
            @Override
            public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
                return isPromised(id)
                        ? DistributionStatisticConfig.builder()
                                .serviceLevelObjectives(BOUNDS)
                                .build()
                                .merge(config)
                        : config;
            }
        };
    }

    private static boolean isPromised(Meter.Id id) {
        String route = id.getTag("uri");
        return id.getName().equals(REQUESTS) && (route == null || !route.startsWith(OPERATORS));
    }
}
