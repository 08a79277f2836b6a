package dev.ballast.recommendations;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.cache.CacheSpec;
import dev.ballast.cache.TieredCache;
import dev.ballast.cache.TieredCaches;
import dev.ballast.cache.ValueCodec;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.function.Function;

/// The cache of popular lists: by name, in memory and in Redis, filled from PostgreSQL.
class PopularItemCache {
    /// Raise it with every change to [PopularItems] that older code would misread.
    private static final int SCHEMA = 1;

    @Produces
    @Singleton
    TieredCache<String, PopularItems> popularItems(TieredCaches caches, PopularItemLists lists, ObjectMapper mapper) {
        return caches.create(new CacheSpec<>(
                "popular-items",
                Function.identity(),
                Function.identity(),
                ValueCodec.json(mapper, PopularItems.class, SCHEMA),
                lists::read));
    }
}
