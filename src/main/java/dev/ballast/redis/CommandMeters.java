package dev.ballast.redis;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// How long commands take and how they end, by command and outcome. Safe for use from every thread.
final class CommandMeters {
    private static final String OK = "ok";

    private final MeterRegistry registry;
    private final Map<String, Timer> succeeded = new ConcurrentHashMap<>();

    CommandMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    void succeeded(String command, long nanos) {
        Timer known = succeeded.get(command);
        // Looked up apart from success, because failures are rare and successes are not.
        Timer timer = known != null ? known : succeeded.computeIfAbsent(command, name -> timer(name, OK));
        timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    void failed(String command, RedisFailure failure, long nanos) {
        timer(command, failure.label()).record(nanos, TimeUnit.NANOSECONDS);
    }

    private Timer timer(String command, String outcome) {
        return Timer.builder("ballast.redis.commands")
                .description("Time from sending a command or script to its answer, by outcome")
                .tag("command", command)
                .tag("outcome", outcome)
                .serviceLevelObjectives(
                        Duration.ofMillis(1), Duration.ofMillis(5), Duration.ofMillis(25), Duration.ofMillis(100))
                .register(registry);
    }
}
