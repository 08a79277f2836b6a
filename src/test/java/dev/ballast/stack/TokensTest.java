package dev.ballast.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokensTest {
    @Test
    void user_isSignedWithTheLocalKeyAndCarriesItsClaims() throws Exception {
        String token = Tokens.user(1);
        Map<String, Object> claims = claims(token);
        assertTrue(isGenuine(token));
        assertEquals("https://ballast.local", claims.get("iss"));
        assertEquals("ballast", claims.get("aud"));
        assertEquals("1", claims.get("sub"));
        assertEquals(List.of("user"), claims.get("groups"));
        assertEquals("pro", claims.get("plan"));
    }

    @Test
    void otherKey_isAForgery() throws Exception {
        KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
        keys.initialize(2_048);
        var key = keys.generateKeyPair().getPrivate();
        assertFalse(isGenuine(Tokens.as("operator").subject("x").signedWith(key).sign()));
    }

    @Test
    void negativeLife_isIssuedBeforeItExpired() {
        Map<String, Object> claims =
                claims(Tokens.as("user").expiresIn(Duration.ofHours(-1)).sign());
        assertTrue((Integer) claims.get("iat") < (Integer) claims.get("exp"));
    }

    @Test
    void nullClaim_isLeftOut() {
        assertFalse(claims(Tokens.as("user").audience(null).sign()).containsKey("aud"));
    }

    private static Map<String, Object> claims(String token) {
        return Json.as(Base64.getUrlDecoder().decode(token.split("\\.")[1]), new TypeReference<>() {});
    }

    private static boolean isGenuine(String token) throws Exception {
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initVerify(localPublicKey());
        int end = token.lastIndexOf('.');
        signature.update(token.substring(0, end).getBytes(StandardCharsets.US_ASCII));
        return signature.verify(Base64.getUrlDecoder().decode(token.substring(end + 1)));
    }

    private static PublicKey localPublicKey() throws Exception {
        try (InputStream pem = TokensTest.class.getResourceAsStream("/local-jwt-public.pem")) {
            String body =
                    new String(pem.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("-----[A-Z ]+-----|\\s", "");
            byte[] der = Base64.getDecoder().decode(body);
            return KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(der));
        }
    }
}
