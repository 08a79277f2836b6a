package dev.ballast.messaging;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Why an attempt has no outcome. Expected, so without a stack trace.
abstract sealed class Interruption extends RuntimeException {
    private Interruption(String message, @Nullable Throwable cause) {
        super(message, cause, false, false);
    }

    /// A dependency is away: carries [Outcome.Later] through the retry, which listens to failures only.
    static final class Postponed extends Interruption {
        private final String dependency;

        Postponed(Outcome.Later later) {
            super(later.dependency() + " is away", later.cause());
            this.dependency = later.dependency();
        }

        String dependency() {
            return dependency;
        }
    }

    /// Somebody else works on what the record needs: carries [Outcome.Contended] through the retry.
    static final class Crossed extends Interruption {
        Crossed(Outcome.Contended contended) {
            super("somebody else works on its " + contended.with(), null);
        }
    }

    /// The record's partition went to another pod, which will see to it.
    static final class Abandoned extends Interruption {
        Abandoned() {
            super("the partition was revoked", null);
        }
    }

    /// The attempt did not end in time.
    static final class TooSlow extends Interruption {
        TooSlow(Duration limit) {
            super("no result within " + limit, null);
        }
    }
}
