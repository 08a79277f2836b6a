package dev.ballast.kafka;

import dev.ballast.degradation.Outcome;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.NetworkException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
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

    /// What it says of the brokers; null where they are right to refuse this record, or were not asked.
    @Nullable
    Outcome outcome() {
        Throwable cause = getCause();
        return switch (cause) {
            case null -> Outcome.TIMED_OUT;
            // of a topic that the brokers say is not there, or not to be written, the client waits in vain as well
            case TimeoutException late -> isOfTheTopic(late.getCause()) ? null : Outcome.TIMED_OUT;
            case NetworkException _ -> Outcome.REJECTED;
            // too many wait for the brokers, of which those that wait will tell
            case RejectedExecutionException _ -> null;
            case RecordTooLargeException _, RecordBatchTooLargeException _, SerializationException _ -> null;
            default -> isOfTheTopic(cause) ? null : Outcome.FAILED;
        };
    }

    private static boolean isOfTheTopic(@Nullable Throwable cause) {
        return cause instanceof UnknownTopicOrPartitionException
                || cause instanceof InvalidTopicException
                || cause instanceof AuthorizationException;
    }
}
