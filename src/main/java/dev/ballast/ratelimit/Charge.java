package dev.ballast.ratelimit;

/// What a request is to be charged to one policy.
///
/// @param plan the plan whose limit `policy` carries, empty for none; a plan's identifiers are counted apart
/// @param identifier whose requests are counted: any string, however long or odd
/// @param cost how much of the limit the request uses up, at least 1; beyond the limit it is never admitted
public record Charge(Policy policy, String plan, String identifier, long cost) {
    /// Checks the cost.
    ///
    /// @throws IllegalArgumentException where it is out of range
    public Charge {
        if (cost < 1 || cost > Policy.MAX_LIMIT) {
            throw new IllegalArgumentException("cost must be from 1 to " + Policy.MAX_LIMIT + ", not " + cost);
        }
    }
}
