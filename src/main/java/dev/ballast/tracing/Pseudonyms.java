package dev.ballast.tracing;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Names for users that stay the same and say nothing: HMAC-SHA256 (RFC 2104) of their id, as a plain hash of a number
/// is found out by trying all of them. Safe for use from every thread.
@Singleton
public class Pseudonyms {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int BYTES = 16;

    /// Has the key, and is never used itself: a copy of it costs less than to look one up and key it.
    private final Mac keyed;

    @Inject
    Pseudonyms(PseudonymSettings settings) {
        this(settings.key().map(text -> text.getBytes(UTF_8)).orElseGet(Pseudonyms::madeUp));
    }

    Pseudonyms(byte[] key) {
        try {
            keyed = Mac.getInstance(ALGORITHM);
            keyed.init(new SecretKeySpec(key, ALGORITHM));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java has " + ALGORITHM, impossible);
        }
    }

    private static byte[] madeUp() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    /// 32 hexadecimal digits.
    public String of(String user) {
        try {
            Mac mac = (Mac) keyed.clone();
            return HexFormat.of().formatHex(Arrays.copyOf(mac.doFinal(user.getBytes(UTF_8)), BYTES));
        } catch (CloneNotSupportedException impossible) {
            throw new IllegalStateException("Java's own can be copied", impossible);
        }
    }
}
