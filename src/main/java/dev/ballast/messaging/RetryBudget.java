package dev.ballast.messaging;

/// Counts the failed attempts at one record. What a missing dependency costs is not counted against it.
final class RetryBudget {
    private final int maxAttempts;
    private int failures;
    private int ownFailures;

    RetryBudget(int maxAttempts) {
        this.maxAttempts = maxAttempts;
    }

    /// Notes a failed attempt and tells whether another one is due.
    boolean allows(Throwable failure) {
        failures++;
        if (failure instanceof Postponed) {
            return true;
        }
        ownFailures++;
        return !isExhausted();
    }

    boolean isExhausted() {
        return ownFailures >= maxAttempts;
    }

    /// All failed attempts so far: sets the length of the pause.
    int failures() {
        return failures;
    }
}
