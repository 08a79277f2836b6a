package dev.ballast.security;

import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import java.util.OptionalLong;

/// Who makes the current request. Inject it into a resource; it is bound to the request.
@RequestScoped
public class Caller {
    private final SecurityIdentity identity;

    @Inject
    Caller(SecurityIdentity identity) {
        this.identity = identity;
    }

    /// Whether the caller may reach any user's data.
    public boolean speaksForAnyone() {
        return identity.hasRole(Roles.SERVICE) || identity.hasRole(Roles.OPERATOR);
    }

    /// The user id in the token's `sub`; empty where that is no user id, as for most services.
    public OptionalLong userId() {
        String subject = identity.getPrincipal().getName();
        return subject != null && subject.matches("[1-9][0-9]{0,17}")
                ? OptionalLong.of(Long.parseLong(subject))
                : OptionalLong.empty();
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
