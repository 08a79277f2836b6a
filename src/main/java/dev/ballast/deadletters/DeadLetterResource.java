package dev.ballast.deadletters;

import static dev.ballast.security.Roles.OPERATOR;

import dev.ballast.audit.Audit;
import dev.ballast.deadletters.LetterSummary.Status;
import dev.ballast.security.Caller;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

/// `/ops/dead-letters`: what lies in the dead-letter topics, and what operators may do with it.
@Path("/ops/dead-letters")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RolesAllowed(OPERATOR)
@Tag(name = "Operators: dead letters")
class DeadLetterResource {
    private static final String BODY = "must be a JSON object";
    private static final int TRAIL = 100;

    private final DeadLetterStore store;
    private final Replays replays;
    private final BulkReplay bulkReplay;
    private final BulkRunStore runs;
    private final Audit audit;
    private final Caller caller;
    private final DeadLetterSettings settings;

    @Inject
    DeadLetterResource(
            DeadLetterStore store,
            Replays replays,
            BulkReplay bulkReplay,
            BulkRunStore runs,
            Audit audit,
            Caller caller,
            DeadLetterSettings settings) {
        this.store = store;
        this.replays = replays;
        this.bulkReplay = bulkReplay;
        this.runs = runs;
        this.audit = audit;
        this.caller = caller;
        this.settings = settings;
    }

    @GET
    @Operation(summary = "Dead letters, newest first, without what is in them")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = LetterSummary.Page.class)))
    @APIResponse(responseCode = "400", description = "A parameter is not what it must be")
    public Uni<LetterSummary.Page> page(
            @Parameter(description = "where the records came from", example = "payments") @QueryParam("topic") @Nullable
                    String topic,
            @Parameter(description = "OPEN, REPLAYING, REPLAYED or DISCARDED", example = "OPEN")
                    @QueryParam("status")
                    @Nullable
                    String status,
            @Parameter(description = "the reason in a word", example = "unknown-user") @QueryParam("error") @Nullable
                    String error,
            @Parameter(description = "died at this time or later", example = "2026-01-31T00:00:00Z")
                    @QueryParam("from")
                    @Nullable
                    String from,
            @Parameter(description = "1 to 500, 50 where it is left out", example = "50") @QueryParam("limit") @Nullable
                    String limit,
            @Parameter(description = "what the page before named as next", example = "17")
                    @QueryParam("cursor")
                    @Nullable
                    String cursor) {
        return store.page(LetterQuery.of(topic, status, error, from, limit, cursor));
    }

    @GET
    @Path("/{id}")
    @Operation(summary = "All of a dead letter: key, value and headers as they were, the error, what was done with it")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = LetterDetail.class)))
    @APIResponse(responseCode = "404", description = "No such letter")
    public Uni<LetterDetail> read(@Parameter(example = "payments-0-42") @PathParam("id") String text) {
        String id = LetterQuery.id(text);
        return store.find(id).chain(letter -> audit.of(id, TRAIL).map(trail -> LetterDetail.of(letter, trail)));
    }

    @POST
    @Path("/{id}/replay")
    @Consumes(MediaType.WILDCARD)
    @Operation(
            summary = "Sends the record to where it came from, once more",
            description = "Should it die again, it is a new letter that names this one in replayOf.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = Replayed.class)))
    @APIResponse(responseCode = "404", description = "No such letter")
    @APIResponse(responseCode = "409", description = "Not open, replayed too often, too old, or of unknown origin")
    @APIResponse(responseCode = "503", description = "Kafka or PostgreSQL did not answer; replaying again is safe")
    @Cancellable(false) // a client that leaves must not leave the letter in the middle
    public Uni<Replayed> replay(@Parameter(example = "payments-0-42") @PathParam("id") String text) {
        String id = LetterQuery.id(text);
        return replays.replay(id, caller.subject(), "replayed").map(trace -> new Replayed(id, Status.REPLAYED, trace));
    }

    @POST
    @Path("/replay")
    @Operation(
            summary = "Replays many open letters, oldest first, or counts them",
            description = "Runs in the background on one pod; one at a time for a topic.")
    @APIResponse(
            responseCode = "200",
            description = "A dry run",
            content = @Content(schema = @Schema(implementation = BulkRun.Preview.class)))
    @APIResponse(
            responseCode = "202",
            description = "It has begun; Location tells how far it is",
            headers = @Header(name = HttpHeaders.LOCATION, schema = @Schema(examples = "/ops/dead-letters/replays/3")))
    @APIResponse(responseCode = "409", description = "Another one of the topic is running")
    @Cancellable(false)
    public Uni<Response> replayAll(@NotNull(message = BODY) BulkRequest request) {
        BulkRequest.Bulk bulk = request.checked(settings);
        return bulk.dryRun()
                ? bulkReplay.preview(bulk).map(preview -> Response.ok(preview).build())
                : bulkReplay.begin(bulk, caller.subject()).map(run -> Response.accepted()
                        .header(HttpHeaders.LOCATION, "/ops/dead-letters/replays/" + run)
                        .build());
    }

    @GET
    @Path("/replays/{run}")
    @Operation(summary = "How far a bulk replay is")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = BulkRun.class)))
    @APIResponse(responseCode = "404", description = "No such bulk replay")
    public Uni<BulkRun> run(@Parameter(example = "3") @PathParam("run") String run) {
        return runs.find(LetterQuery.run(run));
    }

    @DELETE
    @Path("/{id}")
    @Operation(summary = "Gives up a letter that can never succeed")
    @APIResponse(responseCode = "204", description = "It is DISCARDED, and stays to be seen for a while")
    @APIResponse(responseCode = "404", description = "No such letter")
    @APIResponse(responseCode = "409", description = "Not open")
    @Cancellable(false)
    public Uni<Response> discard(
            @Parameter(example = "payments-0-42") @PathParam("id") String text,
            @Valid @NotNull(message = BODY) Discard discard) {
        return replays.discard(LetterQuery.id(text), caller.subject(), discard.reason())
                .map(_ -> Response.noContent().build());
    }

    /// The answer to a replay.
    @RegisterForReflection
    record Replayed(
            @Schema(examples = "payments-0-42") String id,
            Status status,

            @Schema(examples = "4bf92f3577b34da6a3ce929d0e0e4736", description = "the trace of the new attempt")
            String traceId) {}

    /// The body of a discard.
    @RegisterForReflection
    record Discard(
            @Schema(examples = "sent by mistake; ticket 123", description = "for the audit")
            @NotBlank(message = "must say why, in 1 to 500 characters")
            @Size(max = 500, message = "must say why, in 1 to 500 characters")
            @Nullable
            String reason) {
        @Override
        public String reason() {
            return reason == null ? "" : reason;
        }
    }
}
