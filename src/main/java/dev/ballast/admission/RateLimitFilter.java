package dev.ballast.admission;

import dev.ballast.policies.EndpointId;
import dev.ballast.policies.EndpointPolicy;
import dev.ballast.policies.PoliciesInForce;
import dev.ballast.ratelimit.Charge;
import dev.ballast.ratelimit.Decision;
import dev.ballast.ratelimit.RateLimiter;
import dev.ballast.security.Caller;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.ext.Provider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.mapping.RuntimeResource;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestFilter;
import org.jspecify.annotations.Nullable;

/// Charges a request that has found its resource, and whose caller is known and may use it: to its address, its
/// caller and its endpoint, all or none.
@Provider
@Singleton
@Priority(Priorities.AUTHORIZATION)
class RateLimitFilter implements ResteasyReactiveContainerRequestFilter {
    private final RateLimiter limiter;
    private final Caller caller;
    private final Map<RuntimeResource, String> endpoints = new ConcurrentHashMap<>();

    @Inject
    RateLimitFilter(RateLimiter limiter, Caller caller) {
        this.limiter = limiter;
        this.caller = caller;
    }

    @Override
    public void filter(ResteasyReactiveContainerRequestContext context) {
        ResteasyReactiveRequestContext request = (ResteasyReactiveRequestContext) context.getServerRequestContext();
        RoutingContext routing = request.unwrap(RoutingContext.class);
        Arrival arrival = Arrival.of(routing);
        if (arrival == null) {
            return;
        }
        List<Charge> charges = charges(arrival, request.getTarget());
        arrival.charged();
        context.suspend();
        Uni<Decision> decision = limiter.check(charges);
        decision.subscribe()
                .with(
                        decided -> {
                            answer(context, routing, charges, decided);
                            context.resume();
                        },
                        context::resume);
    }

    private static void answer(
            ResteasyReactiveContainerRequestContext context,
            RoutingContext routing,
            List<Charge> charges,
            Decision decision) {
        LimitHeaders.write(routing.response().headers(), charges, decision);
        if (decision instanceof Decision.Rejected rejected) {
            context.abortWith(Rejection.of(rejected, routing.normalizedPath()).response());
        }
    }

    private List<Charge> charges(Arrival arrival, RuntimeResource resource) {
        PoliciesInForce policies = arrival.policies();
        EndpointPolicy endpoint = policies.endpoint(id(resource));
        long cost = endpoint == null ? 1 : endpoint.cost();
        boolean known = caller.isKnown();
        Set<String> roles = known ? caller.roles() : Set.of();
        List<Charge> charges = new ArrayList<>(3);
        if (!arrival.isAllowed() && policies.privilege(roles).isEmpty()) {
            charges.add(arrival.toIp(cost));
        }
        if (known) {
            String plan = policies.plan(roles, caller.plan().orElse(null));
            charges.add(new Charge(policies.user(plan), plan, caller.subject(), cost));
        }
        if (endpoint != null) {
            charges.add(endpoint.charge());
        }
        return charges;
    }

    private String id(RuntimeResource resource) {
        String known = endpoints.get(resource);
        return known == null ? endpoints.computeIfAbsent(resource, RateLimitFilter::idOf) : known;
    }

    private static String idOf(RuntimeResource resource) {
        @Nullable String type = resource.getClassPath() == null ? null : resource.getClassPath().template;
        String method = resource.getPath() == null ? "" : resource.getPath().template;
        return EndpointId.of(resource.getHttpMethod(), type == null ? method : type + method);
    }
}
