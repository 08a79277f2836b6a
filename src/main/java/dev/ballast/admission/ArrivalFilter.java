package dev.ballast.admission;

import dev.ballast.clientaddress.ClientAddresses;
import dev.ballast.policies.Policies;
import dev.ballast.problem.Refusal;
import dev.ballast.ratelimit.Charge;
import dev.ballast.ratelimit.Decision;
import dev.ballast.ratelimit.RateLimiter;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/// Meets every request first, before its token is looked at or its body read: refuses those of denied networks,
/// and those of addresses known to be over their limit. Asks memory alone. A request with a token is only
/// judged once that is verified, as the token may speak for many: a gateway must not be cut off for what others
/// behind its address do.
@Singleton
class ArrivalFilter {
    /// After the trace headers, before the body is looked at.
    private static final int PRIORITY = 950;

    private final ClientAddresses addresses;
    private final Policies policies;
    private final RateLimiter limiter;
    private final boolean enabled;

    @Inject
    ArrivalFilter(ClientAddresses addresses, Policies policies, RateLimiter limiter, AdmissionSettings settings) {
        this.enabled = settings.enabled();
        this.addresses = addresses;
        this.policies = policies;
        this.limiter = limiter;
    }

    void register(@Observes Filters filters) {
        if (enabled) {
            filters.register(this::meet, PRIORITY);
        }
    }

    private void meet(RoutingContext request) {
        // as it is routed by: what was sent may lead from a place without limits to one with them
        if (!isLimited(request.normalizedPath())) {
            request.next();
            return;
        }
        Arrival arrival = new Arrival(policies.inForce(), addresses.of(request.request()));
        if (arrival.isDenied()) {
            Refusal.forbidden(request.normalizedPath(), "this network is not served")
                    .answer(request);
            return;
        }
        Optional<Decision.Rejected> known = known(request, arrival);
        if (known.isEmpty()) {
            arrival.keepWith(request);
            request.addEndHandler(_ -> charge(arrival));
            request.next();
            return;
        }
        LimitHeaders.write(request.response().headers(), List.of(arrival.toIp(1)), known.get());
        Rejection.of(known.get(), request.normalizedPath()).answer(request);
    }

    /// What nothing behind this has charged, as it was answered before the REST layer: a body that is too large, or a
    /// caller that went away.
    private void charge(Arrival arrival) {
        if (!arrival.isCharged() && !arrival.isAllowed()) {
            arrival.charged();
            limiter.check(List.of(arrival.toIp(1))).subscribe().with(_ -> {});
        }
    }

    private Optional<Decision.Rejected> known(RoutingContext request, Arrival arrival) {
        if (arrival.isAllowed() || request.request().headers().contains(HttpHeaders.AUTHORIZATION)) {
            return Optional.empty();
        }
        List<Charge> charges = List.of(arrival.toIp(1));
        return limiter.denied(charges);
    }

    /// Probes, metrics and the console's files are for machines and people who look after the service.
    private static boolean isLimited(String path) {
        return !(path.equals("/") || isIn("/q", path) || isIn("/console", path));
    }

    private static boolean isIn(String place, String path) {
        return path.startsWith(place) && (path.length() == place.length() || path.charAt(place.length()) == '/');
    }
}
