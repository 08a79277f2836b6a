package dev.ballast.degradation;

import io.netty.channel.ConnectTimeoutException;
import io.smallrye.mutiny.TimeoutException;
import io.vertx.core.VertxException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import java.io.IOException;

/// How a call of a dependency went, in what it tells about the dependency. A call that its caller gave up, or
/// that the dependency was right to turn down, tells nothing and has no outcome.
public enum Outcome {
    /// Answered in good time.
    OK,
    /// Answered, but later than what depends on it can bear.
    SLOW,
    /// Answered that it cannot, or with what is no answer.
    FAILED,
    /// Not answered.
    TIMED_OUT,
    /// Not reached: refused, cut off, or turned away at the door.
    REJECTED;

    /// Whether somebody is there at all.
    boolean isAnswer() {
        return this == OK || this == SLOW || this == FAILED;
    }

    /// What a failure of a client says of its server, where the client has no failures of its own kind.
    public static Outcome of(Throwable failure) {
        return switch (failure) {
            case TimeoutException _, java.util.concurrent.TimeoutException _, ConnectTimeoutException _ -> TIMED_OUT;
            // so many calls wait for an answer that this one was not made
            case ConnectionPoolTooBusyException _ -> TIMED_OUT;
            // Vert.x' clients say so of a connection that was closed under a call
            case IOException _, VertxException _ -> REJECTED;
            default -> FAILED;
        };
    }
}
