package dev.ballast.cache;

import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where values come from when no tier holds them: the primary database, for example, never a replica, as what it
/// returns is stored. Called on the Vert.x context of the request whose miss came first; must not block.
@FunctionalInterface
public interface Loader<K, V> {
    /// Loads many values with one query. Keys that have no value are left out of the result.
    /// At most 500 keys are asked for at once.
    Uni<Map<K, V>> loadAll(Collection<K> keys);

    /// Loads one value, null where there is none; worth overriding where a query for one is cheaper.
    default Uni<@Nullable V> load(K key) {
        return loadAll(List.of(key)).map(found -> found.get(key));
    }
}
