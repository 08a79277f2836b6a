package dev.ballast.recommendations;

import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// What is recommended.
///
/// @param score from 0 to 1; only comparable within one answer
@RegisterForReflection
record Item(
        @Schema(examples = "item-17") String id,
        @Schema(examples = "A lamp that dims itself") String title,

        @Schema(examples = "0.93", minimum = "0", maximum = "1")
        double score) {}
