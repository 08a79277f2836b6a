package dev.ballast.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.jwt.auth.principal.DefaultJWTCallerPrincipalFactory;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.JWTCallerPrincipal;
import io.smallrye.jwt.auth.principal.JWTCallerPrincipalFactory;
import io.smallrye.jwt.auth.principal.ParseException;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.InstantSource;

/// Remembers tokens that were verified, for a minute and never beyond their own end: callers send theirs again and
/// again, and to verify one costs more than a read that memory answers. A token is known by all of its characters, so
/// whatever is changed in it is verified. Tokens signed with a key that was withdrawn pass for that minute.
/// Safe for use from every thread.
@Alternative
@Priority(1)
@ApplicationScoped
class VerifiedTokens extends JWTCallerPrincipalFactory {
    private static final Duration AT_MOST = Duration.ofMinutes(1);

    /// Some ten thousand tokens; their claims take about as much again.
    private static final long MAX_CHARACTERS = 8_000_000;

    private final JWTCallerPrincipalFactory verifying;
    private final InstantSource clock;
    private final Counter remembered;
    private final Counter accepted;
    private final Counter refused;
    private final Cache<String, JWTCallerPrincipal> verified;

    @Inject
    VerifiedTokens(MeterRegistry registry) {
        this(new DefaultJWTCallerPrincipalFactory(), InstantSource.system(), Ticker.systemTicker(), registry);
    }

    VerifiedTokens(JWTCallerPrincipalFactory verifying, InstantSource clock, Ticker ticker, MeterRegistry registry) {
        this.verifying = verifying;
        this.clock = clock;
        this.verified = Caffeine.newBuilder()
                .ticker(ticker)
                .maximumWeight(MAX_CHARACTERS)
                .weigher((String token, JWTCallerPrincipal _) -> token.length())
                .expireAfterWrite(AT_MOST)
                .build();
        this.remembered = counter(registry, "remembered");
        this.accepted = counter(registry, "verified");
        this.refused = counter(registry, "refused");
    }

    private static Counter counter(MeterRegistry registry, String outcome) {
        return Counter.builder("ballast.security.tokens")
                .description("Tokens looked at, by what became of them")
                .tag("outcome", outcome)
                .register(registry);
    }

    @Override
    public JWTCallerPrincipal parse(String token, JWTAuthContextInfo settings) throws ParseException {
        JWTCallerPrincipal known = verified.getIfPresent(token);
        if (known != null && clock.instant().getEpochSecond() < known.getExpirationTime()) {
            remembered.increment();
            return known;
        }
        try {
            JWTCallerPrincipal principal = verifying.parse(token, settings);
            verified.put(token, principal);
            accepted.increment();
            return principal;
        } catch (ParseException wrong) {
            refused.increment();
            throw wrong;
        }
    }
}
