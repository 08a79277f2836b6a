package dev.ballast.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.jwt.auth.principal.DefaultJWTCallerPrincipal;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.JWTCallerPrincipal;
import io.smallrye.jwt.auth.principal.JWTCallerPrincipalFactory;
import io.smallrye.jwt.auth.principal.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.junit.jupiter.api.Test;

class VerifiedTokensTest {
    private static final long ENDS = 1_000_000;

    private final List<String> asked = new ArrayList<>();
    private final JWTAuthContextInfo settings = new JWTAuthContextInfo();
    private Instant now = Instant.ofEpochSecond(ENDS - 10);
    private Duration passed = Duration.ZERO;
    private boolean withdrawn;
    private final VerifiedTokens tokens =
            new VerifiedTokens(new Verifying(), () -> now, () -> passed.toNanos(), new SimpleMeterRegistry());

    /// Takes tokens that begin with "good" until their end.
    private final class Verifying extends JWTCallerPrincipalFactory {
        @Override
        public JWTCallerPrincipal parse(String token, JWTAuthContextInfo info) throws ParseException {
            asked.add(token);
            if (withdrawn || !token.startsWith("good") || now.getEpochSecond() >= ENDS) {
                throw new ParseException("not verified");
            }
            JwtClaims claims = new JwtClaims();
            claims.setSubject(token);
            claims.setExpirationTime(NumericDate.fromSeconds(ENDS));
            return new DefaultJWTCallerPrincipal(token, "JWT", claims);
        }
    }

    @Test
    void parse_again_isNotVerifiedAgain() throws ParseException {
        JWTCallerPrincipal first = tokens.parse("good.1", settings);

        assertSame(first, tokens.parse("good.1", settings));
        assertEquals("good.2", tokens.parse("good.2", settings).getSubject());
        assertEquals(List.of("good.1", "good.2"), asked);
    }

    @Test
    void parse_atItsEnd_isVerifiedAndRefused() throws ParseException {
        tokens.parse("good.1", settings);
        now = Instant.ofEpochSecond(ENDS - 1);
        tokens.parse("good.1", settings);
        now = Instant.ofEpochSecond(ENDS);

        assertThrows(ParseException.class, () -> tokens.parse("good.1", settings));
        assertEquals(2, asked.size());
    }

    @Test
    void parse_keyWithdrawn_isRefusedAfterAMinuteHoweverOftenItCame() throws ParseException {
        tokens.parse("good.1", settings);
        withdrawn = true;
        for (int second = 1; second < 60; second++) {
            passed = Duration.ofSeconds(second);
            tokens.parse("good.1", settings);
        }
        passed = Duration.ofSeconds(60);

        assertThrows(ParseException.class, () -> tokens.parse("good.1", settings));
    }

    @Test
    void parse_refused_isNotRemembered() {
        for (int i = 0; i < 2; i++) {
            assertThrows(ParseException.class, () -> tokens.parse("bad.1", settings));
        }
        assertEquals(2, asked.size());
    }
}
