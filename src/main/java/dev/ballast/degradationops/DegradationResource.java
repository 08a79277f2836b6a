package dev.ballast.degradationops;

import static dev.ballast.security.Roles.OPERATOR;

import dev.ballast.audit.Audit;
import dev.ballast.audit.Deed;
import dev.ballast.degradation.Degradation;
import dev.ballast.degradation.Dependencies;
import dev.ballast.degradation.Events;
import dev.ballast.degradation.Rehearsals;
import dev.ballast.security.Caller;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

/// `/ops/degradation`: how this pod is, why, what changed, and what operators order.
@Path("/ops/degradation")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RolesAllowed(OPERATOR)
@Tag(name = "Operators: degradation")
class DegradationResource {
    private static final Logger LOG = Logger.getLogger(DegradationResource.class);

    private final Degradation degradation;
    private final Dependencies dependencies;
    private final Events events;
    private final Rehearsals rehearsals;
    private final Audit audit;
    private final Caller caller;
    private final Clock clock = Clock.systemUTC();

    @Inject
    DegradationResource(
            Degradation degradation,
            Dependencies dependencies,
            Events events,
            Rehearsals rehearsals,
            Audit audit,
            Caller caller) {
        this.degradation = degradation;
        this.dependencies = dependencies;
        this.events = events;
        this.rehearsals = rehearsals;
        this.audit = audit;
        this.caller = caller;
    }

    @GET
    @Operation(summary = "The level of each feature and of this pod as a whole, and why")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = DegradationReport.class)))
    public DegradationReport report() {
        return DegradationReport.of(degradation, dependencies.all(), rehearsals.outcomes(), clock.instant());
    }

    @GET
    @Path("/events")
    @Operation(summary = "What changed on this pod since its start, newest first; a bounded number")
    public List<Events.Event> events() {
        return events.latest();
    }

    @GET
    @Path("/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @Operation(summary = "What changes on this pod from now on")
    public Multi<Events.Event> stream() {
        return events.stream();
    }

    @PUT
    @Path("/override")
    @Operation(
            summary = "Orders a level for a feature, or for all, on this pod, for an hour at most",
            description = "Works while PostgreSQL does not: the audit is told where it can be.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = OverrideReport.class)))
    @APIResponse(responseCode = "400", description = "Unknown level or feature, no reason, no such time")
    @Cancellable(false) // a client that leaves must not keep the audit from being told
    public Uni<OverrideReport> override(@NotNull(message = "must be a JSON object") OverrideRequest request) {
        Degradation.Order order = request.order(degradation.features(), caller.subject(), clock.instant());
        degradation.order(order);
        return noted(
                        "degradation.override",
                        order.feature(),
                        "%s until %s: %s".formatted(order.level().wireName(), order.until(), order.reason()))
                .replaceWith(OverrideReport.of(order));
    }

    @DELETE
    @Path("/override")
    @Operation(summary = "Ends an override, that of all features where none is named")
    @APIResponse(responseCode = "204", description = "The level follows the dependencies again")
    @APIResponse(responseCode = "404", description = "There is none")
    @Cancellable(false)
    public Uni<Response> revert(
            @Parameter(example = "recommendations") @QueryParam("feature") @Nullable String feature) {
        if (feature != null && degradation.find(feature).isEmpty()) {
            throw OverrideRequest.unknownFeature(degradation.features());
        }
        if (!degradation.revert(feature, caller.subject())) {
            throw new DegradationException.NothingToEnd();
        }
        return noted("degradation.revert", feature, "")
                .replaceWith(() -> Response.noContent().build());
    }

    /// The order is in force whatever becomes of the note.
    private Uni<Void> noted(String action, @Nullable String feature, String detail) {
        Deed deed = new Deed(caller.subject(), action, feature == null ? "all" : feature, detail, "done");
        return audit.note(deed)
                .onFailure()
                .invoke(failure ->
                        LOG.warnf("The audit does not know of %s by %s: %s (%s)", action, deed.who(), detail, failure))
                .onFailure()
                .recoverWithNull();
    }
}
