package dev.ballast.cache;

import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a cache holds; how much and how long is configuration, `ballast.cache.caches.<name>`.
///
/// @param name unique; lower-case letters, digits and dashes; part of keys, settings and metrics
/// @param keyText the key as it appears in Redis; equal keys and only those have equal texts, of 1 to 256 characters
/// @param key the key of a text; may throw where no key has it. Null where there is no way back: every invalidation
///     then walks through what is in memory, and operators cannot name keys
/// @param codec how values travel to Redis
/// @param loader where values come from
/// @param version what tells an older value from a newer one of the same key, for operators to compare the tiers by;
///     null where values have no such thing
public record CacheSpec<K, V>(
        String name,
        Function<K, String> keyText,
        @Nullable Function<String, K> key,
        ValueCodec<V> codec,
        Loader<K, V> loader,
        @Nullable ToLongFunction<V> version) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,30}");

    /// @throws IllegalArgumentException for a name that does not fit into keys
    public CacheSpec {
        if (!isName(name)) {
            throw new IllegalArgumentException("a cache's name matches " + NAME + ", unlike: " + name);
        }
    }

    /// For values without a version.
    ///
    /// @throws IllegalArgumentException for a name that does not fit into keys
    public CacheSpec(
            String name,
            Function<K, String> keyText,
            @Nullable Function<String, K> key,
            ValueCodec<V> codec,
            Loader<K, V> loader) {
        this(name, keyText, key, codec, loader, null);
    }

    /// For keys whose text does not lead back to them.
    ///
    /// @throws IllegalArgumentException for a name that does not fit into keys
    public CacheSpec(String name, Function<K, String> keyText, ValueCodec<V> codec, Loader<K, V> loader) {
        this(name, keyText, null, codec, loader, null);
    }

    /// The version of a value; null where there is none.
    @Nullable
    Long versionOf(@Nullable V value) {
        return version == null || value == null ? null : version.applyAsLong(value);
    }

    /// Whether a cache may be called so.
    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }
}
