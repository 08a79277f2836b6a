package dev.ballast.degradation;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/// How a dependency is, best first.
public enum Condition {
    /// As it should be.
    WELL,
    /// It answers, but too often too late or with an error.
    FAILING,
    /// Nothing of it works: it does not answer, or with errors alone.
    GONE;

    /// As operators and metrics see it.
    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    Condition better() {
        return this == GONE ? FAILING : WELL;
    }

    boolean isWorseThan(Condition other) {
        return compareTo(other) > 0;
    }
}
