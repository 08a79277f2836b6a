package dev.ballast.users;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.cache.CacheSpec;
import dev.ballast.cache.TieredCache;
import dev.ballast.cache.TieredCaches;
import dev.ballast.cache.ValueCodec;
import dev.ballast.degradation.Degradation;
import dev.ballast.degradation.Feature;
import dev.ballast.degradation.Level;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/// The users' cache: by id, in memory and in Redis, filled from the repository.
class UserCache {
    static final String NAME = "users";

    /// Raise it with every change to [User] that older code would misread.
    private static final int SCHEMA = 1;

    @Produces
    @Singleton
    TieredCache<Long, User> users(
            TieredCaches caches, UserRepository repository, ObjectMapper mapper, Degradation degradation) {
        Feature feature = degradation.feature(Users.FEATURE);
        CacheSpec<Long, User> spec = new CacheSpec<>(
                NAME,
                String::valueOf,
                Long::valueOf,
                ValueCodec.json(mapper, User.class, SCHEMA),
                ids -> feature.ordered() == Level.MINIMAL
                        ? Uni.createFrom().failure(UserException.NotNow::new)
                        : repository.read(ids),
                User::version);
        return caches.create(spec, () -> feature.ordered() == Level.DEGRADED);
    }
}
