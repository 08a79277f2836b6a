package dev.ballast.messaging;

import dev.ballast.messaging.Interruption.Crossed;
import dev.ballast.messaging.Interruption.Postponed;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// Counts the attempts at one record. What a missing dependency costs, or somebody who
/// was first, is not counted against it.
final class Attempts {
    private final int limit;
    private final InstantSource clock;
    private int failures;
    private int ownFailures;
    private volatile @Nullable Instant firstFailureAt;

    Attempts(int limit, InstantSource clock) {
        this.limit = limit;
        this.clock = clock;
    }

    /// Notes a failed attempt and tells whether another one is due.
    boolean allows(Throwable failure) {
        failures++;
        if (firstFailureAt == null) {
            firstFailureAt = clock.instant();
        }
        if (failure instanceof Postponed || failure instanceof Crossed) {
            return true;
        }
        ownFailures++;
        return !isExhausted();
    }

    boolean isExhausted() {
        return ownFailures >= limit;
    }

    /// All failed attempts so far: sets the length of the pause.
    int failures() {
        return failures;
    }

    /// Attempts that were the record's own, the one that settled its fate included.
    int counted(boolean failedAtLast) {
        return failedAtLast ? ownFailures : ownFailures + 1;
    }

    /// When an attempt failed first; now where none did.
    Instant firstFailureAt() {
        Instant first = firstFailureAt;
        return first == null ? clock.instant() : first;
    }
}
