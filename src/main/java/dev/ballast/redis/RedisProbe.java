package dev.ballast.redis;

import dev.ballast.degradation.Probe;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/// Asks Redis for a sign of life on one of the connections that serve requests.
@ApplicationScoped
class RedisProbe implements Probe {
    private final RedisCommands redis;

    @Inject
    RedisProbe(RedisCommands redis) {
        this.redis = redis;
    }

    @Override
    public String dependency() {
        return "redis";
    }

    @Override
    public Uni<Void> check() {
        return redis.send(Request.cmd(Command.PING)).replaceWithVoid();
    }
}
