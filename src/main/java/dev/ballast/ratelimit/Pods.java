package dev.ballast.ratelimit;

import dev.ballast.redis.RedisCommands;
import dev.ballast.redis.RedisScript;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;

/// How many pods there are, by their heartbeats in Redis: what each one's share of a limit is once Redis is away.
/// Safe for use from every thread.
@ApplicationScoped
class Pods {
    private static final Logger LOG = Logger.getLogger(Pods.class);
    private static final List<String> KEYS = List.of(LimitKeys.TAG + "pods");
    private static final Duration DEADLINE = Duration.ofSeconds(1);

    private final RedisCommands redis;
    private final RateLimitSettings settings;
    private final RedisScript script = RedisScript.named("rate-limit-heartbeat");
    private final String self = UUID.randomUUID().toString();
    private volatile int lastSeen;

    @Inject
    Pods(RedisCommands redis, RateLimitSettings settings, MeterRegistry registry) {
        this.redis = redis;
        this.settings = settings;
        this.lastSeen = settings.pods();
        Gauge.builder("ballast.ratelimit.pods", this, Pods::count)
                .description("Pods that share the limits while Redis is away")
                .register(registry);
    }

    /// At least 1.
    int count() {
        return Math.max(1, lastSeen);
    }

    /// Keeps the last figure where Redis does not answer.
    @Scheduled(every = "${ballast.ratelimit.heartbeat-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> beat() {
        List<String> arguments =
                List.of(self, Long.toString(settings.heartbeatLasts().toMillis()));
        return redis.run(script, KEYS, arguments, DEADLINE)
                .invoke(reply -> lastSeen = reply == null ? lastSeen : reply.toInteger())
                .onFailure()
                .invoke(failure -> LOG.debugf(failure, "no heartbeat; %d pods were seen last", lastSeen))
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
    }
}
