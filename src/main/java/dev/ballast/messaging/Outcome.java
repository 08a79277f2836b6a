package dev.ballast.messaging;

import org.jspecify.annotations.Nullable;

/// What became of one attempt at a record. An attempt that fails instead met something nobody foresaw: it
/// is repeated a bounded number of times, then the record becomes a dead letter.
public sealed interface Outcome {
    /// Settled and committed: the record is acknowledged.
    ///
    /// @param result one of a few fixed words, for the metrics
    record Done(String result) implements Outcome {}

    /// Can never succeed: the record goes to the dead letters at once.
    ///
    /// @param reason one of a few fixed words, for metrics and filters
    /// @param detail what exactly was wrong, for who looks at the dead letter
    record Poison(String reason, String detail, @Nullable Throwable cause) implements Outcome {
        public Poison(String reason, String detail) {
            this(reason, detail, null);
        }
    }

    /// A dependency is away, which is not the record's fault: repeated until it is back.
    record Later(String dependency, Throwable cause) implements Outcome {}

    /// Somebody else works on what the record needs, which is not its fault either, and nobody else's: its key alone
    /// waits, and it is repeated until its turn comes.
    ///
    /// @param with one of a few fixed words: what is taken
    record Contended(String with) implements Outcome {}
}
