package dev.ballast.admission;

import dev.ballast.clientaddress.ClientAddress;
import dev.ballast.policies.PoliciesInForce;
import dev.ballast.ratelimit.Charge;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/// What is known of a request when it arrives, kept with it until it ends. Confined to the request.
final class Arrival {
    private static final String KEY = Arrival.class.getName();

    private final PoliciesInForce policies;
    private final ClientAddress address;
    private final String identifier;
    private boolean charged;

    Arrival(PoliciesInForce policies, ClientAddress address) {
        this.policies = policies;
        this.address = address;
        this.identifier = address.identifier();
    }

    /// That of a request; null where it is not limited.
    static @Nullable Arrival of(RoutingContext request) {
        return request.get(KEY);
    }

    void keepWith(RoutingContext request) {
        request.put(KEY, this);
    }

    /// Those in force when it arrived.
    PoliciesInForce policies() {
        return policies;
    }

    boolean isDenied() {
        return policies.denies(address);
    }

    boolean isAllowed() {
        return policies.allows(address);
    }

    Charge toIp(long cost) {
        return new Charge(policies.ip(), "", identifier, cost);
    }

    boolean isCharged() {
        return charged;
    }

    void charged() {
        charged = true;
    }
}
