package dev.ballast.leases;

/// Where entries lie in Redis: values at `ballast:{<cache>:<bucket>}:<key>`, fill leases at
/// `ballast:lease:{<cache>:<bucket>}:<key>`, and the stamp that both must carry at `ballast:stamp:{<cache>:<bucket>}`.
/// The braces are a Redis Cluster hash tag, so all of a bucket shares a slot and one script may name it together;
/// 64 buckets spread a cache over nodes.
///
/// The bucket must come out the same on every pod of every version: [String#hashCode] is specified, the mix is fixed.
final class KeySpace {
    static final int BUCKETS = 64;
    private static final int MAX_TEXT = 256;

    private final String cache;

    KeySpace(String cache) {
        this.cache = cache;
    }

    String value(String text) {
        return "ballast:" + tag(checked(text)) + ":" + text;
    }

    String lease(String text) {
        return "ballast:lease:" + tag(checked(text)) + ":" + text;
    }

    String stamp(int bucket) {
        return "ballast:stamp:{" + cache + ":" + bucket + "}";
    }

    static int bucket(String text) {
        int hash = text.hashCode() * 0x9E3779B9; // Fibonacci hashing: consecutive ids land in distant buckets
        return hash >>> 26;
    }

    private String tag(String text) {
        return "{" + cache + ":" + bucket(text) + "}";
    }

    /// Whether a key may have this text.
    static boolean hasRoomFor(String text) {
        return !text.isEmpty() && text.length() <= MAX_TEXT;
    }

    private static String checked(String text) {
        if (!hasRoomFor(text)) {
            throw new IllegalArgumentException(
                    "a key's text has 1 to " + MAX_TEXT + " characters, not " + text.length());
        }
        return text;
    }
}
