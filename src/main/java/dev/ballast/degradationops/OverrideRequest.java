package dev.ballast.degradationops;

import dev.ballast.degradation.Degradation;
import dev.ballast.degradation.Feature;
import dev.ballast.degradation.Level;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The body of an override.
@RegisterForReflection
record OverrideRequest(
        @Schema(examples = "recommendations", description = "all where it is left out") @Nullable
        String feature,

        @Schema(examples = "minimal") @Nullable String level,

        @Schema(examples = "the API returns other people's items") @Nullable
        String reason,

        @Schema(examples = "600", minimum = "1", maximum = "3600") @Nullable
        Long ttlSeconds) {
    private static final long LONGEST_TTL = 3_600;
    private static final int LONGEST_REASON = 500;

    /// @throws DegradationException.Invalid with what is allowed
    Degradation.Order order(Collection<Feature> known, String by, Instant now) {
        checkFeature(known);
        if (reason == null || reason.isBlank() || reason.length() > LONGEST_REASON) {
            throw new DegradationException.Invalid(
                    "reason must say why, in at most %d characters".formatted(LONGEST_REASON));
        }
        if (ttlSeconds == null || ttlSeconds < 1 || ttlSeconds > LONGEST_TTL) {
            throw new DegradationException.Invalid("ttlSeconds must be from 1 to %d".formatted(LONGEST_TTL));
        }
        return new Degradation.Order(feature, levelNamed(), reason, by, now.plusSeconds(ttlSeconds));
    }

    private void checkFeature(Collection<Feature> known) {
        if (feature != null && known.stream().noneMatch(there -> there.name().equals(feature))) {
            throw unknownFeature(known);
        }
    }

    static DegradationException unknownFeature(Collection<Feature> known) {
        return new DegradationException.Invalid("feature must be one of "
                + known.stream().map(Feature::name).collect(Collectors.joining(", ")) + ", or left out for all");
    }

    private Level levelNamed() {
        return Arrays.stream(Level.values())
                .filter(there -> there.wireName().equals(level))
                .findFirst()
                .orElseThrow(() -> new DegradationException.Invalid("level must be one of "
                        + Arrays.stream(Level.values()).map(Level::wireName).collect(Collectors.joining(", "))));
    }
}
