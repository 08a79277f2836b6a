package dev.ballast.cacheops;

import dev.ballast.cache.TieredCache;
import dev.ballast.cache.TieredCaches;
import dev.ballast.redis.RedisCommands;
import dev.ballast.redis.RedisScript;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jboss.logging.Logger;

/// The keys that are read most, as this pod's memory estimates them for its own eviction (W-TinyLFU), written to Redis
/// from time to time at `ballast:hot:<cache>`. All pods write the same list: with traffic spread over them, each one's
/// is a fair sample, but for those that have had little, whose shorter lists replace no longer one.
@ApplicationScoped
class HotKeys {
    private static final Logger LOG = Logger.getLogger(HotKeys.class);
    private static final String SEPARATOR = "\n";
    private static final RedisScript SCRIPT = RedisScript.named("hot-keys");
    private static final Duration DEADLINE = Duration.ofSeconds(1);

    private final TieredCaches caches;
    private final RedisCommands redis;
    private final CacheOpsSettings settings;

    @Inject
    HotKeys(TieredCaches caches, RedisCommands redis, CacheOpsSettings settings) {
        this.caches = caches;
        this.redis = redis;
        this.settings = settings;
    }

    /// Writes the lists down. Failures are left to the next time.
    @Scheduled(
            every = "${ballast.cacheops.record-every}",
            delayed = "${ballast.cacheops.record-every}",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> write() {
        List<Uni<Void>> written = new ArrayList<>();
        written.add(Uni.createFrom().voidItem());
        for (TieredCache<?, ?> cache : caches.all()) {
            List<String> hottest = cache.hottest(settings.hotKeys()).stream()
                    .filter(text -> !text.contains(SEPARATOR))
                    .toList();
            if (!hottest.isEmpty()) {
                written.add(keep(cache.name(), hottest));
            }
        }
        return Uni.join()
                .all(written)
                .andFailFast()
                .replaceWithVoid()
                .onFailure()
                .invoke(failure -> LOG.debug("hot keys are not written down", failure))
                .onFailure()
                .recoverWithNull();
    }

    Uni<Void> keep(String cache, List<String> hottest) {
        List<String> arguments = List.of(
                String.join(SEPARATOR, hottest),
                Integer.toString(hottest.size()),
                Integer.toString(settings.hotKeys()),
                Long.toString(settings.keepFor().toMillis()));
        return redis.run(SCRIPT, List.of(name(cache)), arguments, DEADLINE).replaceWithVoid();
    }

    /// The hottest keys as last written down by any pod, hottest first.
    Uni<List<String>> read(String cache, int limit) {
        return redis.send(Request.cmd(Command.GET).arg(name(cache)))
                .map(reply -> reply == null
                        ? List.of()
                        : Arrays.stream(reply.toString().split(SEPARATOR))
                                .limit(limit)
                                .toList());
    }

    private static String name(String cache) {
        return "ballast:hot:" + cache;
    }
}
