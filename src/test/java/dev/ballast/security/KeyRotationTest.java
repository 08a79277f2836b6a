package dev.ballast.security;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ballast.stack.Tokens;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.jwt.auth.principal.DefaultJWTCallerPrincipalFactory;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The issuer changes its key without a request that is refused: the next one joins the set before it signs, and the
/// old one leaves it when the last token that it signed has ended.
class KeyRotationTest {
    private static final KeyServer.Key OLD = KeyServer.Key.make("old");
    private static final KeyServer.Key NEXT = KeyServer.Key.make("next");

    private static final int A_SECOND = 1;
    private static final int AN_HOUR = 3_600;

    private KeyServer server;
    private JWTAuthContextInfo settings;
    private Duration passed = Duration.ZERO;
    private final VerifiedTokens tokens = new VerifiedTokens(
            new DefaultJWTCallerPrincipalFactory(),
            InstantSource.system(),
            () -> passed.toNanos(),
            new SimpleMeterRegistry());

    @AfterEach
    void end() {
        server.close();
    }

    @Test
    void parse_nextKeyJoinsTheSet_acceptsTokensOfBoth() throws ParseException {
        publishOld(AN_HOUR);
        accept(token(OLD));
        server.publish(OLD, NEXT);
        awaitReprieve();

        accept(token(NEXT));
        accept(token(OLD));
    }

    @Test
    void parse_keyTakenOut_refusesItsTokensAndAfterAMinuteTheRemembered() throws ParseException {
        publishOld(A_SECOND);
        String remembered = token(OLD);
        accept(remembered);
        server.publish(NEXT);

        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> refuse(token(OLD)));
        accept(token(NEXT));
        accept(remembered);
        passed = Duration.ofMinutes(1);
        refuse(remembered);
    }

    @Test
    void parse_keysNobodyKnows_makeItReadTheSetOnceAMinute() throws ParseException {
        publishOld(AN_HOUR);
        accept(token(OLD));
        int asked = server.asked();
        awaitReprieve();
        for (int i = 0; i < 5; i++) {
            refuse(token(NEXT));
        }
        assertEquals(asked + 1, server.asked());
    }

    /// @param maxAge in seconds
    private void publishOld(int maxAge) {
        server = new KeyServer(maxAge);
        server.publish(OLD);
        settings = new JWTAuthContextInfo(server.url(), "https://ballast.local");
        settings.setForcedJwksRefreshInterval(1);
    }

    /// The library does not read a set again that it has just read.
    private static void awaitReprieve() {
        await().pollDelay(Duration.ofMillis(400)).until(() -> true);
    }

    private void accept(String token) throws ParseException {
        assertEquals("1", tokens.parse(token, settings).getSubject());
    }

    private void refuse(String token) {
        assertThrows(ParseException.class, () -> tokens.parse(token, settings));
    }

    private static String token(KeyServer.Key key) {
        return Tokens.as("user")
                .subject("1")
                .signedWith(key.pair().getPrivate(), key.id())
                .sign();
    }
}
