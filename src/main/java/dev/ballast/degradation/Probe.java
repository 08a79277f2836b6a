package dev.ballast.degradation;

import io.smallrye.mutiny.Uni;

/// A bounded question to a dependency: does it answer?
public interface Probe {
    /// The dependency's name as shown to operators, for example `redis`.
    String dependency();

    /// Completes when the dependency answered; fails with the cause otherwise. Non-blocking; the caller sets
    /// the deadline.
    Uni<Void> check();
}
