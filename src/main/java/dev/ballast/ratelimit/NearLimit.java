package dev.ballast.ratelimit;

import java.time.Duration;

/// Somebody who has used up at least half of a limit, as this pod saw it last.
///
/// @param plan the plan whose limit it is, empty for none
/// @param limit what can be admitted at once
/// @param over whether the last charge had no room
/// @param fullResetAfter when all of the limit will remain, if nothing else is admitted
public record NearLimit(
        String policy,
        String plan,
        String identifier,
        long limit,
        long remaining,
        boolean over,
        Duration fullResetAfter) {
    double part() {
        return (double) remaining / (double) limit;
    }

    NearLimit left(Duration now) {
        return new NearLimit(policy, plan, identifier, limit, remaining, over, now);
    }
}
