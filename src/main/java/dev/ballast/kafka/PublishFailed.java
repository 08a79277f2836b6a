package dev.ballast.kafka;

import org.jspecify.annotations.Nullable;

/// A record was not acknowledged in time. It may still arrive: who repeats it must be idempotent.
public final class PublishFailed extends RuntimeException {
    PublishFailed(String message, @Nullable Throwable cause) {
        // expected whenever Kafka is away, so no stack trace
        super(message, cause, false, false);
    }
}
