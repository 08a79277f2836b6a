package dev.ballast.redis;

import io.quarkus.arc.Unremovable;
import io.quarkus.redis.client.RedisOptionsCustomizer;
import io.quarkus.redis.runtime.client.VertxRedisClientFactory;
import io.vertx.redis.client.RedisOptions;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/// Keeps the options that Quarkus made of `quarkus.redis.*`, as the room opens connections of its own with them:
/// the client Quarkus hands out borrows a pooled connection per command and puts all of them on one event loop.
@Singleton
@Unremovable
class ClientOptions implements RedisOptionsCustomizer {
    private volatile @Nullable RedisOptions options;

    @Override
    public void customize(String clientName, RedisOptions made) {
        if (VertxRedisClientFactory.DEFAULT_CLIENT.equals(clientName)) {
            options = made;
        }
    }

    /// A copy for the caller to change.
    RedisOptions copy() {
        RedisOptions made = options;
        if (made == null) {
            throw new IllegalStateException("quarkus.redis.hosts is not set");
        }
        return new RedisOptions(made);
    }
}
