package dev.ballast.payments;

import static dev.ballast.security.Roles.OPERATOR;
import static dev.ballast.security.Roles.SERVICE;
import static dev.ballast.security.Roles.USER;

import dev.ballast.problem.CurrencyCode;
import dev.ballast.security.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// `/payments`. A `user` pays from its own account; a `service` and an `operator` name the user.
@Path("/payments")
@Tag(name = "Payments")
@RolesAllowed({USER, SERVICE, OPERATOR})
class PaymentResource {
    private final Payments payments;
    private final Caller caller;

    @Inject
    PaymentResource(Payments payments, Caller caller) {
        this.payments = payments;
        this.caller = caller;
    }

    @POST
    @Operation(
            summary = "Accepts a payment, to be settled within moments",
            description = "Sending an order again is safe: the same content gets the same answer.")
    @APIResponse(
            responseCode = "202",
            description = "Committed; Location tells where the outcome will be",
            headers = @Header(name = HttpHeaders.LOCATION, schema = @Schema(examples = "/payments/order-4711")),
            content = @Content(schema = @Schema(implementation = PaymentAccepted.class)))
    @APIResponse(responseCode = "404", description = "Unknown user")
    @APIResponse(responseCode = "422", description = "The order id was sent before with other content")
    public Uni<Response> pay(
            @Valid @NotNull(message = "must be a JSON object") PaymentRequest request,
            @Parameter(description = "When sent, the order id") @HeaderParam("Idempotency-Key") @Nullable String key) {
        if (key != null && !key.equals(request.orderId())) {
            throw PaymentRejected.invalid("the header Idempotency-Key must equal orderId");
        }
        return payments.accept(request.of(payer(request)))
                .map(order -> Response.accepted(new PaymentAccepted(order.orderId(), order.acceptedAt()))
                        .header(HttpHeaders.LOCATION, "/payments/" + order.orderId())
                        .build());
    }

    @GET
    @Path("/{orderId}")
    @Operation(summary = "Tells what became of an order")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = Order.class)))
    @APIResponse(responseCode = "404", description = "An order never seen")
    public Uni<Order> read(@Parameter(example = "order-4711") @PathParam("orderId") String orderId) {
        return payments.find(Ids.order(orderId)).invoke(order -> caller.mustReach(order.userId()));
    }

    private long payer(PaymentRequest request) {
        Long named = request.userId();
        if (named != null) {
            caller.mustReach(named);
            return named;
        }
        if (caller.speaksForAnyone()) {
            throw PaymentRejected.invalid("userId must be given by a service or an operator");
        }
        long own = caller.userId().orElse(0);
        caller.mustReach(own);
        return own;
    }

    /// The body of `POST /payments`.
    @Schema(description = "An order to debit an account; orderId makes it idempotent")
    record PaymentRequest(
            @Schema(examples = "order-4711", description = "chosen by the caller, unique for ever")
            @NotNull
            @Pattern(regexp = Ids.ORDER, message = Ids.ORDER_RULE)
            String orderId,

            @Schema(examples = "42", description = "whose account; a user may leave it out")
            @Min(value = 1, message = Ids.USER_RULE)
            @Max(value = Ids.MAX_USER, message = Ids.USER_RULE)
            @Nullable
            Long userId,

            @Schema(examples = "1999", description = "in minor units of the currency", minimum = "1")
            @NotNull
            @AmountLimit
            Long amount,

            @Schema(examples = "EUR", description = "ISO 4217") @NotNull @CurrencyCode
            String currency) {
        Payment of(long user) {
            return new Payment(orderId, user, amount, currency);
        }
    }

    /// The answer to `POST /payments`; the same one however often an order is sent.
    record PaymentAccepted(
            @Schema(examples = "order-4711") String orderId,

            @Schema(examples = "2026-01-31T12:00:00.123456Z")
            Instant acceptedAt) {}
}
