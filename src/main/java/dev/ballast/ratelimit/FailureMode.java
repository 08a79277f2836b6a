package dev.ballast.ratelimit;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/// What holds for a policy while Redis does not answer in time.
public enum FailureMode {
    /// The policy does not reject.
    @JsonProperty("open")
    OPEN,

    /// The policy rejects everything.
    @JsonProperty("closed")
    CLOSED,

    /// Each pod limits by itself to its share of the limit.
    @JsonProperty("local")
    LOCAL;

    /// The name in configuration and JSON.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
