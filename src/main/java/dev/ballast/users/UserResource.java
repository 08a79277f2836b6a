package dev.ballast.users;

import static dev.ballast.security.Roles.OPERATOR;
import static dev.ballast.security.Roles.SERVICE;
import static dev.ballast.security.Roles.USER;

import dev.ballast.cache.CacheRead;
import dev.ballast.security.Caller;
import dev.ballast.security.UserId;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

/// `/users`. A `user` reaches itself only; a `service` and an `operator` reach anyone.
@Path("/users")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Users")
class UserResource {
    private static final String CACHE_STATUS = "Cache-Status";
    private static final String BODY = "must be a JSON object";
    private static final String INVALIDATION = "Ballast-Invalidation";

    private final Users users;
    private final Caller caller;

    @Inject
    UserResource(Users users, Caller caller) {
        this.users = users;
        this.caller = caller;
    }

    @GET
    @Path("/{id}")
    @RolesAllowed({USER, SERVICE, OPERATOR})
    @Operation(summary = "Reads a user; Cache-Status says which tier answered")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = User.class)))
    @APIResponse(responseCode = "304", description = "The version is one that If-None-Match names")
    @APIResponse(responseCode = "404", description = "No such user")
    public Uni<Response> read(
            @PathParam("id") UserId id, @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch) {
        caller.mustReach(id.value());
        return users.read(id.value()).map(read -> answer(id, read, Precondition.ifNoneMatch(ifNoneMatch)));
    }

    @GET
    @RolesAllowed({USER, SERVICE, OPERATOR})
    @Operation(summary = "Reads up to 500 users at once, in the order asked for")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = UserList.class)))
    public Uni<UserList> readAll(@Parameter(example = "1,2,3") @QueryParam("ids") @Nullable String ids) {
        SequencedSet<Long> wanted = parse(ids);
        wanted.forEach(caller::mustReach);
        return users.readAll(wanted).map(read -> list(wanted, read));
    }

    @POST
    @RolesAllowed(SERVICE)
    @Operation(summary = "Creates a user and opens its account")
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = User.class)))
    @APIResponse(responseCode = "409", description = "Another user has this email address")
    @Cancellable(false) // a client that leaves must not keep the cache from being told
    public Uni<Response> create(@Valid @NotNull(message = BODY) NewUser user) {
        return users.create(user)
                .map(created -> answer(
                        Response.status(Response.Status.CREATED)
                                .header(
                                        HttpHeaders.LOCATION,
                                        "/users/" + created.user().id()),
                        created));
    }

    @PUT
    @Path("/{id}")
    @RolesAllowed({USER, SERVICE, OPERATOR})
    @Operation(summary = "Changes a user; with If-Match only at a version that it names")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = User.class)))
    @APIResponse(responseCode = "409", description = "Another user has this email address")
    @APIResponse(responseCode = "412", description = "The user is at another version than If-Match names")
    @Cancellable(false) // a client that leaves must not keep the cache from being told
    public Uni<Response> change(
            @PathParam("id") UserId id,
            @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
            @Valid @NotNull(message = BODY) UserChange change) {
        caller.mustReach(id.value());
        return users.change(id.value(), change, Precondition.ifMatch(ifMatch))
                .map(changed -> answer(Response.ok(), changed));
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed({USER, SERVICE, OPERATOR})
    @Operation(summary = "Deletes a user and closes its account")
    @APIResponse(responseCode = "204", description = "The user is gone")
    @APIResponse(responseCode = "412", description = "The user is at another version than If-Match names")
    @Cancellable(false) // a client that leaves must not keep the cache from being told
    public Uni<Response> delete(
            @PathParam("id") UserId id, @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch) {
        caller.mustReach(id.value());
        return users.delete(id.value(), Precondition.ifMatch(ifMatch)).map(invalidation -> Response.noContent()
                .header(INVALIDATION, invalidation.header())
                .build());
    }

    private static Response answer(UserId id, CacheRead<User> read, Precondition ifNoneMatch) {
        User user = read.found().orElseThrow(() -> new UserException.Unknown(id.value()));
        Response.ResponseBuilder answer =
                ifNoneMatch.matches(user.version()) ? Response.notModified() : Response.ok(user);
        return answer.header(HttpHeaders.ETAG, Precondition.entityTag(user))
                .header(CACHE_STATUS, read.cacheStatus())
                // a browser may keep it for its user, but asks each time whether it still holds; not what a fallback
                // gave
                .header(HttpHeaders.CACHE_CONTROL, read.stale() ? "no-store" : "private, no-cache")
                .build();
    }

    private static Response answer(Response.ResponseBuilder answer, Users.Changed changed) {
        return answer.entity(changed.user())
                .header(HttpHeaders.ETAG, Precondition.entityTag(changed.user()))
                .header(INVALIDATION, changed.invalidation().header())
                .build();
    }

    private static UserList list(SequencedSet<Long> wanted, Map<Long, CacheRead<User>> read) {
        List<User> found = new ArrayList<>();
        List<Long> missing = new ArrayList<>();
        for (Long id : wanted) {
            Optional<User> user = Optional.ofNullable(read.get(id)).flatMap(CacheRead::found);
            user.ifPresentOrElse(found::add, () -> missing.add(id));
        }
        return new UserList(found, missing);
    }

    private static SequencedSet<Long> parse(@Nullable String ids) {
        if (ids == null || ids.isBlank()) {
            throw new UserException.NoIds(UserList.LIMIT);
        }
        String[] given = ids.split(",", -1);
        if (given.length > UserList.LIMIT) {
            throw new UserException.TooManyIds(given.length, UserList.LIMIT);
        }
        SequencedSet<Long> parsed = new LinkedHashSet<>();
        for (String id : given) {
            parsed.add(UserId.fromString(id.strip()).value());
        }
        return parsed;
    }
}
