package dev.ballast.cacheops;

import static dev.ballast.security.Roles.OPERATOR;

import dev.ballast.cache.CacheReport;
import dev.ballast.cache.Invalidation;
import dev.ballast.cache.KeyReport;
import dev.ballast.cache.TieredCache;
import dev.ballast.cache.TieredCaches;
import dev.ballast.cache.WarmUp;
import dev.ballast.invalidation.Invalidations;
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
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// `/ops/cache`: what this pod's caches do, and what operators may do to those of all pods. Never shows a value.
@Path("/ops/cache")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RolesAllowed(OPERATOR)
@Tag(name = "Operators: cache")
class CacheResource {
    private static final String HEADER = "Ballast-Invalidation";

    private final TieredCaches caches;
    private final Invalidations invalidations;
    private final Trends trends;
    private final HotKeys hotKeys;
    private final CacheOpsSettings settings;

    @Inject
    CacheResource(
            TieredCaches caches,
            Invalidations invalidations,
            Trends trends,
            HotKeys hotKeys,
            CacheOpsSettings settings) {
        this.caches = caches;
        this.invalidations = invalidations;
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
        TieredCache<?, ?> known = named(cache);
        return known.describe(key(known, key));
    }

    @DELETE
    @Path("/{cache}/{key}")
    @Operation(summary = "Forgets a key on every pod")
    public Uni<Response> forget(@PathParam("cache") String cache, @PathParam("key") String key) {
        return answer(invalidations.forget(cache, key(named(cache), key)));
    }

    @DELETE
    @Path("/{cache}")
    @Operation(summary = "Forgets all keys of a cache on every pod")
    public Uni<Response> forgetAll(@PathParam("cache") String cache) {
        return answer(invalidations.forgetAll(named(cache).name()));
    }

    @POST
    @Path("/{cache}/warmup")
    @Operation(summary = "Reads keys into both tiers: those named, or the hottest as last written down")
    @RequestBody(content = @Content(schema = @Schema(implementation = WarmUpRequest.class)))
    public Uni<WarmUp> warmUp(@PathParam("cache") String cache, @NotNull(message = "must be a JSON object") String body)
            throws IOException {
        TieredCache<?, ?> known = named(cache);
        WarmUpRequest request = WarmUpRequest.read(body, settings.maxWarmUp());
        return request.ids() != null
                ? known.warmUpTexts(request.ids())
                : hotKeys.read(cache, Objects.requireNonNull(request.top(), "one of the two is there"))
                        .chain(known::warmUpTexts);
    }

    private TieredCache<?, ?> named(String cache) {
        return caches.named(cache).orElseThrow(() -> new CacheOpsException.UnknownCache(caches.names()));
    }

    /// The key as its tiers know it: `007` is user 7.
    private static String key(TieredCache<?, ?> cache, String given) {
        return cache.canonical(given)
                .orElseThrow(() -> new CacheOpsException.Invalid("this is no key of the cache " + cache.name()));
    }

    private static Uni<Response> answer(Uni<Invalidation> invalidation) {
        return invalidation.map(
                outcome -> Response.noContent().header(HEADER, outcome.header()).build());
    }
}
