package dev.ballast.ratelimit;

import java.time.Duration;

/// Where one policy stands after a decision, as seen by Redis' clock at that moment; durations in whole microseconds.
///
/// @param admits whether this policy alone has room for the charge
/// @param remaining how much of the limit is left, the charge taken off where it was admitted
/// @param retryAfter the earliest time at which this charge can be admitted if nothing else is; zero where it was
///     admitted, [#NEVER] where its cost is beyond the limit
/// @param resetAfter when more than now will remain, if nothing else is admitted; zero where all remains
/// @param fullResetAfter when all of the limit will remain, if nothing else is admitted
public record Standing(
        Charge charge,
        boolean admits,
        long remaining,
        Duration retryAfter,
        Duration resetAfter,
        Duration fullResetAfter) {
    /// Stands for a retry that no waiting helps.
    public static final Duration NEVER = Duration.ofSeconds(Long.MAX_VALUE);
}
