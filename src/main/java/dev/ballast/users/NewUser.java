package dev.ballast.users;

import dev.ballast.problem.CurrencyCode;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// The body of `POST /users`. Valid by the time a method sees it.
///
/// @param currency of the account that is opened with the user
@RegisterForReflection
record NewUser(
        @Schema(examples = "Ada Lovelace") @DisplayName String name,
        @Schema(examples = "ada@example.org") @EmailAddress String email,

        @Schema(examples = "pro") @NotNull(message = "must be one of free, pro, enterprise")
        Plan plan,

        @Schema(examples = "EUR") @CurrencyCode String currency) {}
