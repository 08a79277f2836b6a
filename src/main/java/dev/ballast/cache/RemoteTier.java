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
        ///
        /// @param ageing whether so much of its lifetime is over that it is time to load it anew
        record Hit<V>(@Nullable V value, long ttlSeconds, boolean ageing) implements Found<V> {}

        /// Nothing, and the reader is to load it and to store it under this token.
        record Granted<V>(String token) implements Found<V> {}

        /// Nothing, and somebody else is loading it.
        record Busy<V>() implements Found<V> {}

        /// Something that pods of a newer version stored and go on reading: nothing for this one, and to be left alone.
        record Newer<V>() implements Found<V> {}

        /// Unknown: no answer, or an error.
        record Unknown<V>() implements Found<V> {}
    }

    /// What became of a value that was to be stored.
    enum Written {
        STORED,
        /// Too large, or no answer: the tier may not hold it, but nothing speaks against the value.
        LEFT_OUT,
        /// The key was invalidated after the token was granted, or the token ran out: the value may be old.
        REJECTED
    }

    /// Which keys are cheap to ask for together: those with the same number.
    int neighbourhood(K key);

    /// One answer per key.
    Uni<Map<K, Found<V>>> read(Collection<K> keys);

    /// Like [#read], but grants although there is a value: for loading it anew before its time is over.
    Uni<Map<K, Found<V>>> renew(Collection<K> keys);

    /// What is there, for people to look at. Fails where that cannot be known.
    Uni<KeyReport.Held> describe(String text);

    /// Stores values, null for negative entries, under the tokens granted for them.
    Uni<Map<K, Written>> write(Map<K, String> tokens, Map<K, @Nullable V> values);

    /// Gives tokens back unused, so that the next reader need not wait.
    Uni<Void> release(Map<K, String> tokens);

    /// Of which of these keys, given by their texts, values and tokens are gone for certain.
    Uni<Set<String>> delete(Collection<String> texts);

    /// Whether all of the cache's values and tokens are gone for certain.
    Uni<Boolean> clear();
}
