package dev.ballast.stack;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Signed tokens (JWT, RS256) as the local profile accepts them, and ones it must refuse.
///
/// `Tokens.user(1)` is the token of user 1;
/// `Tokens.as("operator").subject("ops").expiresIn(Duration.ofSeconds(-1)).sign()`
/// one that has expired. Immutable.
public final class Tokens {
    private static final PrivateKey LOCAL_KEY = localKey();
    private static final Duration LONG = Duration.ofDays(30);

    private final Map<String, Object> claims;
    private final PrivateKey key;
    private final String keyId;
    private final Duration life;

    private Tokens(Map<String, Object> claims, PrivateKey key, String keyId, Duration life) {
        this.claims = claims;
        this.key = key;
        this.keyId = keyId;
        this.life = life;
    }

    /// A ready-made token of a user with the plan of most.
    public static String user(long id) {
        return as("user").subject(Long.toString(id)).claim("plan", "pro").sign();
    }

    /// A ready-made token of a backend that speaks for any user.
    public static String service() {
        return as("service").subject("local-service").sign();
    }

    /// A ready-made token of an operator.
    public static String operator() {
        return as("operator").subject("local-operator").sign();
    }

    /// A token with these roles, to be completed; valid for 30 days.
    public static Tokens as(String... roles) {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", "https://ballast.local");
        claims.put("aud", "ballast");
        claims.put("groups", List.of(roles));
        return new Tokens(claims, LOCAL_KEY, null, LONG);
    }

    public Tokens subject(String subject) {
        return claim("sub", subject);
    }

    public Tokens issuer(String issuer) {
        return claim("iss", issuer);
    }

    public Tokens audience(String audience) {
        return claim("aud", audience);
    }

    /// Sets a claim, or leaves it out where the value is null.
    public Tokens claim(String name, Object value) {
        Map<String, Object> changed = new LinkedHashMap<>(claims);
        if (value == null) {
            changed.remove(name);
        } else {
            changed.put(name, value);
        }
        return new Tokens(changed, key, keyId, life);
    }

    /// How long it is valid from now on; negative for one that is no more.
    public Tokens expiresIn(Duration duration) {
        return new Tokens(claims, key, keyId, duration);
    }

    /// Signs with a key the service does not know: a forgery.
    public Tokens signedWith(PrivateKey other) {
        return new Tokens(claims, other, null, life);
    }

    /// Signs with one of the keys of a set, and names it.
    public Tokens signedWith(PrivateKey other, String id) {
        return new Tokens(claims, other, id, life);
    }

    public String sign() {
        return sign(Clock.systemUTC().instant());
    }

    private String sign(Instant now) {
        Map<String, Object> all = new LinkedHashMap<>(claims);
        all.put("iat", Math.min(now.getEpochSecond(), now.plus(life).getEpochSecond() - 1));
        all.put("exp", now.plus(life).getEpochSecond());
        all.put("jti", UUID.randomUUID().toString());
        Map<String, Object> header = new LinkedHashMap<>(Map.of("alg", "RS256", "typ", "JWT"));
        if (keyId != null) {
            header.put("kid", keyId);
        }
        String signed = encoded(Json.write(header)) + "." + encoded(Json.write(all));
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + encoded(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new StackFailure("cannot sign a token", e);
        }
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static PrivateKey localKey() {
        try (InputStream pem = Tokens.class.getResourceAsStream("/local-jwt-private.pem")) {
            String body =
                    new String(pem.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("-----[A-Z ]+-----|\\s", "");
            return KeyFactory.getInstance("RSA")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body)));
        } catch (IOException | GeneralSecurityException e) {
            throw new StackFailure("cannot read local-jwt-private.pem", e);
        }
    }
}
