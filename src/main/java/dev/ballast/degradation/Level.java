package dev.ballast.degradation;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/// How much of a feature there is, most first.
public enum Level {
    /// All of it.
    NORMAL,
    /// What a fallback gives.
    DEGRADED,
    /// The least that is still an answer.
    MINIMAL;

    /// As clients, operators and metrics see it.
    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    Level next() {
        return this == NORMAL ? DEGRADED : MINIMAL;
    }
}
