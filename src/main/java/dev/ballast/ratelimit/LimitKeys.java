package dev.ballast.ratelimit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/// Where in Redis a charge is counted: `ballast:{rl}:<algorithm>:<policy>:<plan>:<identifier>`. The one hash tag lets a
/// script name all policies of a request together. The algorithm is part of the key, as each one stores another type,
/// and so is a counter's window, as its counts mean nothing in another one; all else may change and what was counted
/// stands. A log's longer window counts what the shorter one had not let go of.
final class LimitKeys {
    static final String TAG = "ballast:{rl}:";

    /// Longer ones are hashed, so that what a client sends cannot make keys large.
    private static final int MAX_PLAIN = 64;

    /// 128 bits of it: enough that nobody finds a second identifier of the same key.
    private static final int HASH_BYTES = 16;

    private LimitKeys() {}

    static String of(Charge charge) {
        Policy policy = charge.policy();
        return TAG
                + kind(policy)
                + ':'
                + policy.name()
                + ':'
                + bounded(charge.plan())
                + ':'
                + bounded(charge.identifier());
    }

    private static String kind(Policy policy) {
        return switch (policy.algorithm()) {
            case SLIDING_WINDOW_LOG -> "log";
            case SLIDING_WINDOW_COUNTER -> "counter-" + policy.window().toMillis();
            case TOKEN_BUCKET -> "bucket";
        };
    }

    private static String bounded(String text) {
        return isPlain(text) ? text : '#' + hash(text);
    }

    private static boolean isPlain(String text) {
        if (text.length() > MAX_PLAIN) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '-' && c <= ':') // also digits, dot and slash
                    || c == '_'
                    || c == '@';
            if (!plain) {
                return false;
            }
        }
        return true;
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            byte[] start = Arrays.copyOf(digest, HASH_BYTES);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(start);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
