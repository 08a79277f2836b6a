package dev.ballast.redis;

import dev.ballast.degradation.Outcome;
import dev.ballast.degradation.Probe;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Objects;

/// Asks Redis for a sign of life on one of the connections that serve requests, which nobody can take for
/// himself.
@ApplicationScoped
class RedisProbe implements Probe {
    static final String NAME = "redis";

    private final RedisCommands redis;

    @Inject
    RedisProbe(RedisCommands redis) {
        this.redis = redis;
    }

    @Override
    public String dependency() {
        return NAME;
    }

    @Override
    public Uni<Void> check() {
        return redis.ping().onFailure().transform(Failures::translate).replaceWithVoid();
    }

    @Override
    public Outcome meaning(Throwable failure) {
        return failure instanceof RedisFailure known
                ? Objects.requireNonNullElse(known.outcome(), Outcome.FAILED)
                : Outcome.of(failure);
    }
}
