package dev.ballast.recommendations;

import static dev.ballast.security.Roles.OPERATOR;
import static dev.ballast.security.Roles.SERVICE;
import static dev.ballast.security.Roles.USER;

import dev.ballast.degradation.Ladder;
import dev.ballast.security.Caller;
import dev.ballast.security.UserId;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// `/recommendations`. A `user` asks for itself only; a `service` and an `operator` for anyone.
@Path("/recommendations")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Recommendations")
class RecommendationResource {
    private final Recommendations recommendations;
    private final Caller caller;

    @Inject
    RecommendationResource(Recommendations recommendations, Caller caller) {
        this.recommendations = recommendations;
        this.caller = caller;
    }

    @GET
    @Path("/{userId}")
    @RolesAllowed({USER, SERVICE, OPERATOR})
    @Operation(
            summary = "Recommends items to a user",
            description = "Never an error because something behind it failed: source says what the items are.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = Recommendation.class)))
    @APIResponse(responseCode = "400", description = "Not a user id")
    public Uni<Response> read(@Parameter(example = "42") @PathParam("userId") UserId userId) {
        caller.mustReach(userId.value());
        return recommendations.of(userId.value()).map(RecommendationResource::answer);
    }

    private static Response answer(Ladder.Answer<Recommendation> answer) {
        Response.ResponseBuilder response = Response.ok(answer.value());
        return answer.isFallback()
                ? response.header(HttpHeaders.CACHE_CONTROL, "no-store").build()
                : response.build();
    }
}
