package dev.ballast.executions;

import java.time.Duration;

/// What is known of a record that is about to be executed.
///
/// @param suspect whether a process died while it executed the record
/// @param deaths processes that died while the record ran alone in them
public record Marking(boolean suspect, int deaths) {
    /// Of a record that nobody left behind.
    public static final Marking UNSUSPICIOUS = new Marking(false, 0);

    private static final Duration LONGEST_REST = Duration.ofMinutes(1);
    private static final int COUNTED = 1_000;

    /// How long it must still wait before it may run alone. Processes that something else kills are often killed soon
    /// after they begin to work, when a suspect runs first. The more deaths speak against a record, the longer its
    /// process must have been at work, by the square of their number: the trial that may convict is held where
    /// nothing else has killed for long.
    ///
    /// @param trialAfter after the first death
    /// @param atWork for how long this process has been handling records
    public Duration rest(Duration trialAfter, Duration atWork) {
        if (!suspect || deaths == 0) {
            return Duration.ZERO;
        }
        long counted = Math.min(deaths, COUNTED); // whose square fits
        Duration whole = shorter(trialAfter.multipliedBy(counted * counted), LONGEST_REST);
        Duration left = whole.minus(atWork);
        return left.isNegative() ? Duration.ZERO : shorter(left, whole); // a clock may be set back
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
