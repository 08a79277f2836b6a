package dev.ballast.cacheops;

import dev.ballast.cache.TieredCache;
import dev.ballast.cache.TieredCaches;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/// Fills memory with the hot keys when the pod starts. Ready when that is done, or has taken long enough, or cannot be
/// done: a warm-up is a favour and no condition.
@Readiness
@ApplicationScoped
class WarmStart implements HealthCheck {
    private static final Logger LOG = Logger.getLogger(WarmStart.class);
    private static final Duration TRY_AGAIN = Duration.ofMillis(100);

    private final Instance<TieredCache<?, ?>> declared;
    private final TieredCaches caches;
    private final HotKeys hotKeys;
    private final CacheOpsSettings settings;
    private volatile boolean over;

    @Inject
    WarmStart(
            @Any Instance<TieredCache<?, ?>> declared,
            TieredCaches caches,
            HotKeys hotKeys,
            CacheOpsSettings settings) {
        this.declared = declared;
        this.caches = caches;
        this.hotKeys = hotKeys;
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
                .with(_ -> over = true, failure -> {
                    over = true;
                    LOG.infof(
                            "Started without a complete warm-up of the caches (%s)",
                            failure.getClass().getSimpleName());
                });
    }

    /// Tries until Redis is connected and the schema is there; the limit is the caller's.
    private Uni<Void> warm(TieredCache<?, ?> cache) {
        return Uni.createFrom()
                .deferred(() -> hotKeys.read(cache.name(), settings.hotKeys()))
                .chain(keys -> keys.isEmpty()
                        ? Uni.createFrom().voidItem()
                        : cache.warmUpTexts(keys).replaceWithVoid())
                .onFailure()
                .retry()
                .withBackOff(TRY_AGAIN, TRY_AGAIN)
                .expireIn(settings.startLimit().toMillis());
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("warm-up").status(over).build();
    }
}
