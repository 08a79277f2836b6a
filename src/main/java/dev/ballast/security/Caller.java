package dev.ballast.security;

import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.microprofile.jwt.JsonWebToken;

/// Who makes the current request. Inject it into a resource; it is bound to the request.
@RequestScoped
public class Caller {
    private static final Pattern USER_ID = Pattern.compile("[1-9][0-9]{0,17}");

    private final SecurityIdentity identity;
    private final JsonWebToken token;

    @Inject
    Caller(SecurityIdentity identity, JsonWebToken token) {
        this.identity = identity;
        this.token = token;
    }

    /// Whether the caller may reach any user's data.
    public boolean speaksForAnyone() {
        return identity.hasRole(Roles.SERVICE) || identity.hasRole(Roles.OPERATOR);
    }

    /// The token's `sub`, as the audit names the caller.
    public String subject() {
        String subject = token.getSubject();
        return subject == null ? "a token without sub" : subject;
    }

    /// The user id in the token's `sub`; empty where that is no user id, as for most services.
    public OptionalLong userId() {
        // not the principal's name: that is `upn` or `preferred_username` first, which users may choose themselves
        String subject = token.getSubject();
        return subject != null && USER_ID.matcher(subject).matches()
                ? OptionalLong.of(Long.parseLong(subject))
                : OptionalLong.empty();
    }

    /// The roles of the token; none without one.
    public Set<String> roles() {
        return identity.getRoles();
    }

    /// Whether there is a token at all.
    public boolean isKnown() {
        return !identity.isAnonymous();
    }

    /// The token's claim `plan`, which is the word of whoever issued it.
    public Optional<String> plan() {
        // Most tokens have none, and asking for one that is not there throws and catches within the library.
        Set<String> names = token.getClaimNames();
        boolean named = names != null && names.contains("plan");
        return named && token.getClaim("plan") instanceof String plan ? Optional.of(plan) : Optional.empty();
    }

    /// Lets the owner of the data and those who speak for anyone pass.
    ///
    /// @throws AccessDenied for everyone else
    public void mustReach(long userId) {
        OptionalLong own = userId();
        if (!speaksForAnyone() && (own.isEmpty() || own.getAsLong() != userId)) {
            throw new AccessDenied("this token reaches the data of its own user only");
        }
    }
}
