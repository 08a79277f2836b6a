package dev.ballast.ratelimit;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/// How a policy counts; lua/rate-limit.lua has each one's arithmetic.
public enum Algorithm {
    /// Every admission is remembered until it leaves the window: never more than the limit in any window.
    /// Memory follows the admissions.
    @JsonProperty("sliding-window-log")
    SLIDING_WINDOW_LOG,

    /// Two counters, the previous window's weighted by the share of it that the sliding window still covers. Small, and
    /// approximate: a window may see up to twice the limit where requests gather at its edges.
    @JsonProperty("sliding-window-counter")
    SLIDING_WINDOW_COUNTER,

    /// The generic cell rate algorithm (ITU-T I.371): one theoretical arrival time. Steady, with bursts up to a
    /// setting; a window may see up to the limit and the burst together.
    @JsonProperty("token-bucket")
    TOKEN_BUCKET;

    private final String kebab = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /// The name in configuration and JSON, such as `token-bucket`.
    @Override
    public String toString() {
        return kebab;
    }
}
