package dev.ballast.recommendations;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/// Where the items of an answer come from.
public enum Source {
    /// What the external API knows this user likes.
    PERSONALIZED,
    /// What everybody likes.
    POPULAR,
    /// Nowhere: there are none, or they cannot be read.
    EMPTY;

    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
