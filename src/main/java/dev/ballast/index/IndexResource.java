package dev.ballast.index;

import jakarta.annotation.security.PermitAll;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// `/`: for everyone, without a token and without limits. It reads nothing, and so is also what a request costs that
/// the service does no work for.
@Path("/")
@Produces(MediaType.APPLICATION_JSON)
@PermitAll
@Tag(name = "Index")
class IndexResource {
    private final Index index;

    @Inject
    IndexResource(
            @ConfigProperty(name = "quarkus.application.name") String name,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.index = new Index(
                name,
                version,
                Map.of("console", "/console/", "api", "/q/openapi", "health", "/q/health", "metrics", "/q/metrics"));
    }

    @GET
    @Operation(operationId = "index", summary = "Which build this is, and where to go")
    public Index get() {
        return index;
    }

    /// Browsers ask for HTML before anything else, and people want the page.
    @GET
    @Produces("text/html;qs=0.5") // who takes anything gets JSON
    @Operation(hidden = true)
    public Response console() {
        return Response.seeOther(URI.create("console/")).build();
    }
}
