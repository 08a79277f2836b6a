package dev.ballast.live;

import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// How far something is that an operator has begun.
///
/// @param work what it is: `replay`
/// @param id which one
@RegisterForReflection
public record Progress(
        @Schema(examples = "replay") String work,
        @Schema(examples = "3") String id,
        @Schema(examples = "60") long done,
        @Schema(examples = "0") long failed,
        @Schema(examples = "117") long total,
        @Schema(examples = "RUNNING") String state) {}
