package dev.ballast.kafka;

import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/// A record was not acknowledged in time. It may still arrive: who repeats it must be idempotent.
public final class PublishFailed extends RuntimeException {
    PublishFailed(String message, @Nullable Throwable cause) {
        // expected whenever Kafka is away, so no stack trace
        super(message, cause, false, false);
    }

    /// Whether the record is larger than its topic takes: it stays so until somebody changes one or the other.
    public boolean isTooLarge() {
        return getCause() instanceof RecordTooLargeException;
    }
}
