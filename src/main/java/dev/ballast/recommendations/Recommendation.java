package dev.ballast.recommendations;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// The answer to a user.
///
/// @param items best first
@RegisterForReflection
record Recommendation(
        @Schema(examples = "42") long userId,
        @Schema(examples = "personalized") Source source,
        List<Item> items) {
    static Recommendation personalized(long userId, List<Item> items) {
        return new Recommendation(userId, Source.PERSONALIZED, items);
    }

    static Recommendation popular(long userId, PopularItems popular) {
        return new Recommendation(userId, Source.POPULAR, popular.items());
    }

    static Recommendation empty(long userId) {
        return new Recommendation(userId, Source.EMPTY, List.of());
    }
}
