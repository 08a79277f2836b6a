package dev.ballast.index;

import jakarta.annotation.security.PermitAll;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
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
        this.index =
                new Index(name, version, Map.of("api", "/q/openapi", "health", "/q/health", "metrics", "/q/metrics"));
    }

    @GET
    @Operation(operationId = "index", summary = "Which build this is, and where to go")
    public Index get() {
        return index;
    }
}
