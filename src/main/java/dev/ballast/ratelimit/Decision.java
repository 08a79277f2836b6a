package dev.ballast.ratelimit;

import java.util.List;

/// What was decided about a request.
public sealed interface Decision {
    /// Charged to every policy.
    ///
    /// @param standings of all policies asked; empty where the figures are not known, as Redis did not decide
    record Admitted(List<Standing> standings) implements Decision {}

    /// Charged to none.
    ///
    /// @param violated the policies that reject, those in shadow mode left out; never empty. Where Redis
    ///     did not decide, what remains is 0 and the times say when to try again
    /// @param standings of all policies asked; empty where the figures are not known
    record Rejected(List<Standing> violated, List<Standing> standings) implements Decision {}
}
