package dev.ballast.cache;

/// Where entries lie in Redis: `ballast:{<cache>:<bucket>}:<key>`. The braces are a Redis Cluster hash tag, so keys
/// of a bucket share a slot and one command or script may name them together; 64 buckets spread a cache over nodes.
///
/// The bucket must come out the same on every pod of every version: [String#hashCode] is specified, the mix is fixed.
final class KeySpace {
    static final int BUCKETS = 64;
    private static final int MAX_TEXT = 256;

    private final String cache;

    KeySpace(String cache) {
        this.cache = cache;
    }

    String key(String text) {
        if (text.isEmpty() || text.length() > MAX_TEXT) {
            throw new IllegalArgumentException(
                    "a key's text has 1 to " + MAX_TEXT + " characters, not " + text.length());
        }
        return "ballast:{" + cache + ":" + bucket(text) + "}:" + text;
    }

    static int bucket(String text) {
        int hash = text.hashCode() * 0x9E3779B9; // Fibonacci hashing: consecutive ids land in distant buckets
        return hash >>> 26;
    }

    /// The `SCAN` pattern of all of the cache's keys.
    String pattern() {
        return "ballast:{" + cache + ":*";
    }
}
