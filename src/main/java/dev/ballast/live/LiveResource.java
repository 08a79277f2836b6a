package dev.ballast.live;

import static dev.ballast.security.Roles.OPERATOR;

import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// `/ops/history` and `/ops/stream`: how this pod was and is, for charts.
@Path("/ops")
@RolesAllowed(OPERATOR)
@Tag(name = "Operators: live")
class LiveResource {
    private final Live live;
    private final JsonWebToken token;
    private final Clock clock = Clock.systemUTC();

    @Inject
    LiveResource(Live live, JsonWebToken token) {
        this.live = live;
        this.token = token;
    }

    @GET
    @Path("/history")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(summary = "The last quarter of an hour of this pod, from its memory")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = History.class)))
    public Response history() {
        return Response.ok(live.history()).header("Cache-Control", "no-store").build();
    }

    @GET
    @Path("/stream")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(
            summary = "What happens on this pod from now on",
            description =
                    "Events: `hello` is the history of the pod that answers, `sample` is a row of the history, `change` one of"
                            + " /ops/degradation/events, `progress` tells how far a bulk replay is. Ends with the"
                            + " token, when the pod is about to end, and when 256 events wait for a reader that is too slow.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = Sample.class)))
    public Multi<OutboundSseEvent> stream(@Context Sse sse) {
        Duration left = Duration.between(clock.instant(), Instant.ofEpochSecond(token.getExpirationTime()));
        return live.stream()
                .select()
                .first(left.isNegative() ? Duration.ZERO : left)
                .map(told -> sse.newEventBuilder()
                        .name(told.event())
                        .data(String.class, told.json())
                        .build());
    }
}
