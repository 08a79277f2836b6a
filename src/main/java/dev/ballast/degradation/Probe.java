package dev.ballast.degradation;

import io.smallrye.mutiny.Uni;

/// A bounded question to a dependency: does it answer?
public interface Probe {
    /// The dependency's name as shown to operators, for example `redis`.
    String dependency();

    /// Whether there is anything to ask; asked once, at the start.
    default boolean isConfigured() {
        return true;
    }

    /// Completes when the dependency answered; fails with the cause otherwise. Non-blocking; the caller sets
    /// the deadline. Not to be asked through what requests may use up, such as a pool.
    Uni<Void> check();

    /// What a failure says of the dependency.
    default Outcome meaning(Throwable failure) {
        return Outcome.of(failure);
    }
}
