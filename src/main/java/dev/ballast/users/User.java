package dev.ballast.users;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// A user as clients see it and as the cache keeps it.
///
/// @param version counts the changes, from 1; the `ETag` is made of it
@RegisterForReflection
record User(
        @Schema(examples = "42") long id,
        @Schema(examples = "Ada Lovelace") String name,
        @Schema(examples = "ada@example.org") String email,
        @Schema(examples = "pro") Plan plan,
        @Schema(examples = "3") long version,
        @Schema(examples = "2026-01-31T12:00:00Z") Instant updatedAt) {}
