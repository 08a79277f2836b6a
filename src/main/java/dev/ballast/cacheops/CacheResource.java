package dev.ballast.cacheops;

import static dev.ballast.security.Roles.OPERATOR;

import dev.ballast.cache.CacheReport;
import dev.ballast.cache.KeyReport;
import dev.ballast.cache.TieredCache;
import dev.ballast.cache.TieredCaches;
import dev.ballast.cache.WarmUp;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// `/ops/cache`: what this pod's caches do, and what operators may do to those of all pods. Never shows a value.
@Path("/ops/cache")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RolesAllowed(OPERATOR)
@Tag(name = "Operators: cache")
class CacheResource {
    private static final String INVALIDATION = "Ballast-Invalidation";

    private final TieredCaches caches;
    private final Trends trends;
    private final HotKeys hotKeys;
    private final CacheOpsSettings settings;

    @Inject
    CacheResource(TieredCaches caches, Trends trends, HotKeys hotKeys, CacheOpsSettings settings) {
        this.caches = caches;
        this.trends = trends;
        this.hotKeys = hotKeys;
        this.settings = settings;
    }

    @GET
    @Operation(summary = "What each cache of this pod holds and does")
    public List<CacheReport> all() {
        return trends.reports();
    }

    @GET
    @Path("/{cache}/{key}")
    @Operation(summary = "What each tier holds of a key, but for the value")
    public Uni<KeyReport> key(@PathParam("cache") String cache, @PathParam("key") String key) {
        return named(cache).describe(checked(key));
    }

    @DELETE
    @Path("/{cache}/{key}")
    @Operation(summary = "Forgets a key on every pod")
    public Uni<Response> forget(@PathParam("cache") String cache, @PathParam("key") String key) {
        var _ = named(cache);
        return answer(caches.invalidate(cache, List.of(checked(key))));
    }

    @DELETE
    @Path("/{cache}")
    @Operation(summary = "Forgets all keys of a cache on every pod")
    public Uni<Response> forgetAll(@PathParam("cache") String cache) {
        return answer(named(cache).clear());
    }

    @POST
    @Path("/{cache}/warmup")
    @Operation(summary = "Reads keys into both tiers: those named, or the hottest as last written down")
    public Uni<WarmUp> warmUp(
            @PathParam("cache") String cache, @NotNull(message = "must be a JSON object") WarmUpRequest request) {
        TieredCache<?, ?> known = named(cache);
        int limit = settings.maxWarmUp();
        return request.ids() != null
                ? known.warmUpTexts(request.texts(limit))
                : hotKeys.read(cache, request.top(limit)).chain(known::warmUpTexts);
    }

    private TieredCache<?, ?> named(String cache) {
        return caches.named(cache).orElseThrow(() -> new CacheOpsException.UnknownCache(caches.names()));
    }

    private static String checked(String key) {
        if (key.length() > 256) {
            throw new CacheOpsException.Invalid("a key has at most 256 characters");
        }
        return key;
    }

    private static Uni<Response> answer(Uni<dev.ballast.cache.Invalidation> invalidation) {
        return invalidation.map(outcome ->
                Response.noContent().header(INVALIDATION, outcome.header()).build());
    }
}
