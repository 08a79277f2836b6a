package dev.ballast.users;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.cache.CacheSpec;
import dev.ballast.cache.TieredCache;
import dev.ballast.cache.TieredCaches;
import dev.ballast.cache.ValueCodec;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/// The users' cache: by id, in memory and in Redis, filled from the repository.
class UserCache {
    static final String NAME = "users";

    /// Raise it with every change to [User] that older code would misread.
    private static final int SCHEMA = 1;

    @Produces
    @Singleton
    TieredCache<Long, User> users(TieredCaches caches, UserRepository repository, ObjectMapper mapper) {
        return caches.create(new CacheSpec<>(
                NAME,
                String::valueOf,
                Long::valueOf,
                ValueCodec.json(mapper, User.class, SCHEMA),
                repository::read,
                User::version));
    }
}
