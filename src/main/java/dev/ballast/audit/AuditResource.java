package dev.ballast.audit;

import static dev.ballast.security.Roles.OPERATOR;

import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// `/ops/audit`: who did what.
@Path("/ops/audit")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(OPERATOR)
@Tag(name = "Operators: audit")
class AuditResource {
    private final Audit audit;

    @Inject
    AuditResource(Audit audit) {
        this.audit = audit;
    }

    @GET
    @Operation(summary = "Who replayed, discarded or changed what, newest first")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = AuditPage.class)))
    @APIResponse(responseCode = "400", description = "A parameter is not what it must be")
    public Uni<AuditPage> page(
            @Parameter(description = "1 to 500, 50 where it is left out", example = "50") @QueryParam("limit") @Nullable
                    String limit,
            @Parameter(description = "what the page before named as next", example = "17")
                    @QueryParam("cursor")
                    @Nullable
                    String cursor,
            @Parameter(description = "deeds of this kind only", example = "dead-letter.replay")
                    @QueryParam("action")
                    @Nullable
                    String action) {
        AuditQuery query = AuditQuery.of(limit, cursor, action);
        return audit.page(query.action(), query.cursor(), query.limit());
    }
}
