package dev.ballast.cache;

import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The tier that pods share. None of its answers fails: what goes wrong is part of the answer.
interface RemoteTier<K, V> {
    /// What it holds for a key.
    sealed interface Found<V> {
        /// A value, or the knowledge that there is none.
        record Hit<V>(@Nullable V value, long ttlSeconds) implements Found<V> {}

        /// Nothing.
        record Miss<V>() implements Found<V> {}

        /// Unknown: no answer, or an error.
        record Unknown<V>() implements Found<V> {}
    }

    /// One value per key.
    Uni<Map<K, Found<V>>> read(Collection<K> keys);

    /// Stores values, null for negative entries; the keys that are stored for certain.
    Uni<Set<K>> write(Map<K, @Nullable V> values);

    /// Whether the key is gone for certain.
    Uni<Boolean> delete(K key);

    /// Whether all of the cache's keys are gone for certain.
    Uni<Boolean> clear();
}
