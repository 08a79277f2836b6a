package dev.ballast.admission;

import dev.ballast.policies.PoliciesInForce;
import dev.ballast.ratelimit.Charge;
import dev.ballast.ratelimit.Decision;
import dev.ballast.ratelimit.RateLimiter;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.util.List;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerResponseFilter;

/// Charges a request that has met no resource to its address, once it is answered: no token or a wrong one, no
/// such path or method, a question for the methods there are. Where there is no room, the answer is that
/// instead, so that guessing tokens or paths is limited like anything else.
@Provider
@Singleton
class LateChargeFilter implements ResteasyReactiveContainerResponseFilter {
    private final RateLimiter limiter;

    @Inject
    LateChargeFilter(RateLimiter limiter) {
        this.limiter = limiter;
    }

    @Override
    public void filter(ResteasyReactiveContainerRequestContext context, ContainerResponseContext response) {
        ResteasyReactiveRequestContext request = (ResteasyReactiveRequestContext) context.getServerRequestContext();
        RoutingContext routing = request.unwrap(RoutingContext.class);
        Arrival arrival = Arrival.of(routing);
        if (arrival == null || arrival.isCharged()) {
            return;
        }
        arrival.charged();
        if (arrival.isAllowed() || isPrivileged(routing, arrival.policies())) {
            return;
        }
        List<Charge> charges = List.of(arrival.toIp(1));
        context.suspend();
        limiter.check(charges)
                .subscribe()
                .with(
                        decision -> {
                            LimitHeaders.write(routing.response().headers(), charges, decision);
                            if (decision instanceof Decision.Rejected rejected) {
                                replace(
                                        response,
                                        Rejection.of(rejected, routing.normalizedPath())
                                                .response());
                            }
                            context.resume();
                        },
                        context::resume);
    }

    /// The verified caller of a call that its roles do not allow.
    private static boolean isPrivileged(RoutingContext routing, PoliciesInForce policies) {
        return routing.user() instanceof QuarkusHttpUser user
                && policies.privilege(user.getSecurityIdentity().getRoles()).isPresent();
    }

    private static void replace(ContainerResponseContext response, Response by) {
        response.getHeaders().clear();
        response.setStatus(by.getStatus());
        response.setEntity(by.getEntity(), null, by.getMediaType());
    }
}
