package dev.ballast.policies;

import static dev.ballast.security.Roles.OPERATOR;

import dev.ballast.clientaddress.ClientAddress;
import dev.ballast.ratelimit.Charge;
import dev.ballast.ratelimit.RateLimiter;
import dev.ballast.security.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

/// `/ops/rate-limits`: the policies in force, where somebody stands, and what operators may do about both.
@Path("/ops/rate-limits")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RolesAllowed(OPERATOR)
@Tag(name = "Operators: rate limits")
class RateLimitResource {
    private static final String TOLD = "Ballast-Invalidation";

    private final Policies policies;
    private final PolicyChanges changes;
    private final RateLimiter limiter;
    private final Pressure pressure;
    private final Caller caller;
    private final Clock clock;

    @Inject
    RateLimitResource(Policies policies, PolicyChanges changes, RateLimiter limiter, Pressure pressure, Caller caller) {
        this.policies = policies;
        this.changes = changes;
        this.limiter = limiter;
        this.pressure = pressure;
        this.caller = caller;
        this.clock = Clock.systemUTC();
    }

    @GET
    @Operation(summary = "The policies in force on this pod, with their versions")
    public List<PolicyView> all() {
        PoliciesInForce inForce = policies.inForce();
        return inForce.all().stream()
                .map(policy -> PolicyView.of(policy, inForce.cost(policy.name())))
                .toList();
    }

    @GET
    @Path("/pressure")
    @Operation(
            summary = "Who is near or over a limit, and how charges ended lately, on this pod",
            description = "Of whom this pod has seen use up at least half of a limit. Addresses and users are told by"
                    + " the pseudonym that traces have.")
    public Pressure.View pressure() {
        return pressure.now();
    }

    @GET
    @Path("/{policy}/{identifier: .+}")
    @Operation(
            summary = "Where an identifier stands, without charging it",
            description = "Of ip an address, or for IPv6 its /64; of user the token's sub; of an endpoint all.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = StandingView.class)))
    @APIResponse(responseCode = "404", description = "No such policy")
    public Uni<StandingView> standing(
            @Parameter(example = "ip") @PathParam("policy") String policy,
            @Parameter(example = "203.0.113.7") @PathParam("identifier") String identifier,
            @Parameter(description = "of user, where it is limited by a plan", example = "pro")
                    @QueryParam("plan")
                    @Nullable
                    String plan) {
        PolicyInForce known = named(policy);
        return limiter.info(charge(known, plan == null ? "" : plan(known, plan), identifier))
                .map(standing -> StandingView.of(standing, clock.instant()));
    }

    @PUT
    @Path("/{policy}")
    @Operation(
            summary = "Changes a policy on every pod, for good",
            description = "What is left out stays as it is. Ballast-Invalidation says acknowledged where every pod has"
                    + " been told, which takes a second, or deferred where Redis could not be: then within half a"
                    + " minute.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = PolicyView.class)))
    @APIResponse(responseCode = "400", description = "The policy would not be valid; the old one stays")
    @APIResponse(responseCode = "404", description = "No such policy")
    @Cancellable(false) // a client that leaves must not keep the other pods from being told
    public Uni<Response> change(
            @Parameter(example = "ip") @PathParam("policy") String policy,
            @NotNull(message = "must be a JSON object") PolicyChange change) {
        return changes.change(named(policy).name(), change, caller.subject())
                .map(changed -> Response.ok(changed.policy())
                        .header(TOLD, changed.told() ? "acknowledged" : "deferred")
                        .build());
    }

    @DELETE
    @Path("/{policy}/{identifier: .+}")
    @Operation(summary = "Forgives an identifier: as if it had made no requests, whatever its plan")
    @APIResponse(responseCode = "204", description = "Forgiven on every pod")
    @APIResponse(responseCode = "404", description = "No such policy")
    @Cancellable(false) // a client that leaves must not leave it half done
    public Uni<Response> forgive(
            @Parameter(example = "ip") @PathParam("policy") String policy,
            @Parameter(example = "203.0.113.7") @PathParam("identifier") String identifier) {
        PolicyInForce known = named(policy);
        List<Charge> charges = new ArrayList<>(List.of(charge(known, "", identifier)));
        known.definition().plans().keySet().forEach(plan -> charges.add(charge(known, plan, identifier)));
        return changes.forgive(charges, caller.subject())
                .replaceWith(() -> Response.noContent().build());
    }

    private PolicyInForce named(String policy) {
        PoliciesInForce inForce = policies.inForce();
        return inForce.find(policy).orElseThrow(() -> new RateLimitException.UnknownPolicy(inForce.names()));
    }

    private static String plan(PolicyInForce policy, String plan) {
        if (!policy.hasPlan(plan)) {
            throw new RateLimitException.UnknownPlan(policy.definition().plans().keySet());
        }
        return plan;
    }

    private static Charge charge(PolicyInForce policy, String plan, String identifier) {
        return new Charge(policy.of(plan), plan, canonical(policy.name(), identifier), 1);
    }

    /// The identifier as it is charged.
    private static String canonical(String policy, String identifier) {
        return switch (policy) {
            case PolicyInForce.USER -> identifier;
            case PolicyInForce.IP ->
                ClientAddress.identifierOf(identifier)
                        .orElseThrow(() -> new RateLimitException.Invalid(
                                "the identifier must be an IP address, or a network such as 2001:db8:1:2::/64"));
            default -> {
                if (!identifier.equals(EndpointPolicy.EVERYONE)) {
                    throw new RateLimitException.Invalid(
                            "an endpoint's requests are counted together: the identifier must be "
                                    + EndpointPolicy.EVERYONE);
                }
                yield identifier;
            }
        };
    }
}
