package dev.ballast.cacheops;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The body of a warm-up: either which keys, or how many of the hottest.
@RegisterForReflection
record WarmUpRequest(
        @Schema(examples = "[1,2,3]", description = "keys, as numbers or strings") @Nullable
        List<JsonNode> ids,

        @Schema(examples = "1000", description = "how many of the hottest keys instead") @Nullable
        Integer top) {

    /// @throws CacheOpsException.Invalid where there are too many, or something else than keys
    List<String> texts(int limit) {
        List<JsonNode> given = ids == null ? List.of() : ids;
        if (top != null) {
            throw new CacheOpsException.Invalid("give either ids or top, not both");
        }
        if (given.size() > limit) {
            throw new CacheOpsException.Invalid(
                    "%d ids were given, at most %d are allowed".formatted(given.size(), limit));
        }
        return given.stream().map(WarmUpRequest::text).toList();
    }

    /// @throws CacheOpsException.Invalid where it is not within 1 to the limit
    int top(int limit) {
        if (top == null || top < 1 || top > limit) {
            throw new CacheOpsException.Invalid("give ids, or top from 1 to %d".formatted(limit));
        }
        return top;
    }

    private static String text(@Nullable JsonNode id) {
        if (id == null
                || !(id.isTextual() || id.isIntegralNumber())
                || id.asText().isEmpty()) {
            throw new CacheOpsException.Invalid("ids are numbers or non-empty strings");
        }
        return id.asText();
    }
}
