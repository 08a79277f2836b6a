package dev.ballast.recommendations;

import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What is recommended.
///
/// @param score from 0 to 1; only comparable within one answer
@RegisterForReflection
record Item(
        @Schema(examples = "item-17") String id,
        @Schema(examples = "A lamp that dims itself") String title,

        @Schema(examples = "0.93", minimum = "0", maximum = "1")
        double score) {
    /// Whether an item that came from outside has all it needs.
    boolean isWhole() {
        return isText(id) && isText(title) && score >= 0 && score <= 1;
    }

    private static boolean isText(@Nullable String text) {
        return text != null && !text.isBlank();
    }
}
