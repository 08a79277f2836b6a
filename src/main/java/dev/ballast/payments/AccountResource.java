package dev.ballast.payments;

import static dev.ballast.security.Roles.OPERATOR;
import static dev.ballast.security.Roles.SERVICE;
import static dev.ballast.security.Roles.USER;

import dev.ballast.security.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// `/accounts`. A `user` sees its own account; only a `service` credits one.
@Path("/accounts/{userId}")
@Tag(name = "Payments")
class AccountResource {
    private final Accounts accounts;
    private final Caller caller;

    @Inject
    AccountResource(Accounts accounts, Caller caller) {
        this.accounts = accounts;
        this.caller = caller;
    }

    @GET
    @RolesAllowed({USER, SERVICE, OPERATOR})
    @Operation(summary = "Shows an account and its latest orders, at most " + Accounts.AccountView.LATEST)
    @APIResponse(
            responseCode = "200",
            content = @Content(schema = @Schema(implementation = Accounts.AccountView.class)))
    @APIResponse(responseCode = "404", description = "Unknown user")
    public Uni<Accounts.AccountView> read(@Parameter(example = "42") @PathParam("userId") String userId) {
        long id = Ids.user(userId);
        caller.mustReach(id);
        return accounts.view(id);
    }

    @POST
    @Path("/deposits")
    @RolesAllowed(SERVICE)
    @Operation(
            summary = "Credits an account",
            description = "Sending a deposit again is safe: the same content gets the same answer.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = Accounts.Deposit.class)))
    @APIResponse(responseCode = "404", description = "Unknown user")
    @APIResponse(responseCode = "409", description = "The account is closed")
    @APIResponse(responseCode = "422", description = "The deposit id was sent before with other content")
    public Uni<Accounts.Deposit> deposit(
            @Parameter(example = "42") @PathParam("userId") String userId,
            @Valid @NotNull(message = "must be a JSON object") DepositRequest request) {
        return accounts.deposit(Ids.user(userId), request.depositId(), request.amount());
    }

    /// The body of `POST /accounts/{userId}/deposits`.
    @Schema(description = "Credits an account in its own currency; depositId makes it idempotent")
    record DepositRequest(
            @Schema(examples = "deposit-1", description = "chosen by the caller, unique for ever")
            @NotNull
            @Pattern(regexp = Ids.ORDER, message = Ids.ORDER_RULE)
            String depositId,

            @Schema(examples = "100000", description = "in minor units of the account's currency", minimum = "1")
            @NotNull
            @Positive
            Long amount) {}
}
