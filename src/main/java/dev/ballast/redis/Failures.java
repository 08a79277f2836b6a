package dev.ballast.redis;

import dev.ballast.degradation.Rarely;
import dev.ballast.redis.RedisUnavailable.Reason;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/// Translates the client's failures, which are partly told apart by their text only, into the room's own.
final class Failures {
    private static final String LOST = "CONNECTION_CLOSED";
    private static final String FULL = "Redis waiting queue is full";

    /// With the error of a script the code stands in the middle, before Redis 7.
    private static final Pattern NO_MASTER = Pattern.compile("(^|[ -])(READONLY|NOREPLICAS|MASTERDOWN) ");

    private static final Logger LOG = Logger.getLogger(Failures.class);

    private Failures() {}

    /// Says what Redis refuses, and why, as its callers only do without.
    static void report(Rarely rarely, String command, RedisFailure failure) {
        if (failure instanceof RedisRejection refusal && !refusal.is("NOSCRIPT") && rarely.maySpeak(command)) {
            LOG.warnf("Redis refuses %s (said once a minute): %s", command, refusal.reply());
        }
    }

    static RedisFailure translate(Throwable failure) {
        return switch (failure) {
            case RedisFailure known -> known;
            case TimeoutException _ -> new RedisUnavailable(Reason.TIMED_OUT);
            case ErrorType error when isReply(error) -> new RedisRejection(String.valueOf(error.getMessage()));
            case Throwable other when FULL.equals(other.getMessage()) -> new RedisUnavailable(Reason.OVERLOADED);
            default -> new RedisUnavailable(Reason.DISCONNECTED);
        };
    }

    /// Whether Redis itself said so: the client reports a lost connection in the guise of an error reply.
    static boolean isReply(Throwable failure) {
        return failure instanceof ErrorType
                && !String.valueOf(failure.getMessage()).contains(LOST);
    }

    /// Whether Redis says that it is no master, or one that cannot reach the replicas without which it may have been
    /// replaced.
    static boolean isNoMaster(Throwable failure) {
        return isReply(failure)
                && NO_MASTER.matcher(String.valueOf(failure.getMessage())).find();
    }
}
