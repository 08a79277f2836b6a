package dev.ballast.users;

import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// The body of `PUT /users/{id}`: all that a client may set. Valid by the time a method sees it.
@RegisterForReflection
record UserChange(
        @Schema(examples = "Ada Lovelace") @DisplayName String name,
        @Schema(examples = "ada@example.org") @EmailAddress String email,

        @Schema(examples = "pro") @NotNull(message = "must be one of free, pro, enterprise")
        Plan plan) {}
