package dev.ballast.ratelimit;

import dev.ballast.redis.RedisFixture;
import dev.ballast.redis.RedisProcess;
import dev.ballast.tracing.Tracing;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// The limiter of one pod on a plain Vert.x, against a Redis of the test's choice.
final class LimiterFixture implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    final RedisFixture redis;
    final RateLimiter limiter;
    final AtomicBoolean withoutRedis = new AtomicBoolean();
    final Pods pods;

    /// @param settings besides a deadline that a busy machine keeps
    LimiterFixture(RedisProcess server, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(Map.of("ballast.ratelimit.deadline", "PT5S"));
        all.putAll(settings);
        RateLimitSettings mapped = new SmallRyeConfigBuilder()
                .withMapping(RateLimitSettings.class)
                .withSources(new PropertiesConfigSource(all, "test", 500))
                .build()
                .getConfigMapping(RateLimitSettings.class);
        redis = RedisFixture.connectedTo(server).following();
        pods = new Pods(redis.commands(), mapped, redis.registry());
        limiter = new RateLimiter(
                redis.commands(),
                redis.log(),
                mapped,
                pods,
                redis.registry(),
                Tracing.none(),
                System::nanoTime,
                withoutRedis::get);
        limiter.follow();
    }

    LimiterFixture(RedisProcess server) {
        this(server, Map.of());
    }

    Decision check(Charge... charges) {
        return limiter.check(List.of(charges)).await().atMost(PATIENCE);
    }

    List<Decision> checkAtOnce(int times, Charge... charges) {
        return atOnce(times, () -> limiter.check(List.of(charges)));
    }

    /// Asks so often in one turn of one event loop, and waits for all answers.
    <T> List<T> atOnce(int times, Supplier<Uni<T>> question) {
        CompletableFuture<List<CompletableFuture<T>>> subscribed = new CompletableFuture<>();
        redis.vertx()
                .getOrCreateContext()
                .runOnContext(_ -> subscribed.complete(IntStream.range(0, times)
                        .mapToObj(i -> question.get().subscribeAsCompletionStage())
                        .toList()));
        return subscribed.join().stream().map(CompletableFuture::join).toList();
    }

    double charged(Charge charge, String outcome) {
        return redis.registry()
                .get("ballast.ratelimit.charges")
                .tag("policy", charge.policy().name())
                .tag("outcome", outcome)
                .functionCounter()
                .count();
    }

    @Override
    public void close() {
        redis.close();
    }
}
