package dev.ballast.cacheops;

import dev.ballast.cache.TieredCache;
import dev.ballast.cache.TieredCaches;
import dev.ballast.cache.WarmUp;
import dev.ballast.redis.InvalidationLog;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Fills memory with the hot keys when the pod starts. Ready when that is done, or has taken long enough, or cannot be
/// done: a warm-up is a favour and no condition.
@Readiness
@ApplicationScoped
class WarmStart implements HealthCheck {
    private static final Logger LOG = Logger.getLogger(WarmStart.class);
    private static final Duration TRY_AGAIN = Duration.ofMillis(50);
    private static final Duration HEARD_WITHIN = Duration.ofSeconds(1);

    private final Instance<TieredCache<?, ?>> declared;
    private final TieredCaches caches;
    private final HotKeys hotKeys;
    private final InvalidationLog log;
    private final CacheOpsSettings settings;
    private final Map<String, Long> warm = new ConcurrentHashMap<>();
    private volatile @Nullable String outcome;

    @Inject
    WarmStart(
            @Any Instance<TieredCache<?, ?>> declared,
            TieredCaches caches,
            HotKeys hotKeys,
            InvalidationLog log,
            CacheOpsSettings settings) {
        this.declared = declared;
        this.caches = caches;
        this.hotKeys = hotKeys;
        this.log = log;
        this.settings = settings;
    }

    void start(@Observes @Priority(4_000) StartupEvent started) {
        // Looking at them makes them: caches are known by the time anybody asks for them by name.
        declared.forEach(cache -> LOG.debugf("cache %s", cache.name()));
        var _ = Uni.join()
                .all(caches.all().stream().map(this::warm).toList())
                .andFailFast()
                .ifNoItem()
                .after(settings.startLimit())
                .fail()
                .subscribe()
                .with(_ -> over("complete"), failure -> {
                    over("incomplete");
                    LOG.infof(
                            "Started without a complete warm-up of the caches (%s, limit %s)",
                            failure.getClass().getSimpleName(), settings.startLimit());
                });
    }

    private void over(String how) {
        outcome = how;
    }

    /// Tries until Redis is connected and the schema is there; whoever waits no longer cancels it.
    private Uni<Void> warm(TieredCache<?, ?> cache) {
        return Uni.createFrom()
                .deferred(this::logHeard)
                .chain(() -> hotKeys.read(cache.name(), settings.hotKeys()))
                .chain(cache::warmUpTexts)
                .onFailure()
                .retry()
                .withBackOff(TRY_AGAIN, TRY_AGAIN)
                .indefinitely()
                .invoke(done -> warmed(cache.name(), done))
                .replaceWithVoid();
    }

    /// Memory is emptied when the invalidation log is first heard of, so what was warm before would be lost.
    private Uni<Void> logHeard() {
        return log.lagNanos() < HEARD_WITHIN.toNanos()
                ? Uni.createFrom().voidItem()
                : Uni.createFrom().failure(new IllegalStateException("the invalidation log is not heard of yet"));
    }

    private void warmed(String cache, WarmUp done) {
        int found = done.requested() - done.missing();
        warm.put(cache, (long) found);
        LOG.infof(
                "Started with %d hot keys of %s: %d from Redis, %d from the origin, in %d ms",
                found, cache, done.fromL2(), done.fromOrigin(), done.tookMs());
    }

    @Override
    public HealthCheckResponse call() {
        String how = outcome;
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("warm-up")
                .status(how != null)
                .withData("outcome", how == null ? "under way" : how);
        warm.forEach(answer::withData);
        return answer.build();
    }
}
