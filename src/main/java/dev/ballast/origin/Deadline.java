package dev.ballast.origin;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/// How long somebody is waited for.
public final class Deadline {
    /// Long enough for an event loop to turn once.
    private static final long LAST_LOOK_MS = 5;

    private Deadline() {}

    /// What `work` comes to, or a failure after the limit, and then it is cancelled.
    ///
    /// On a Vert.x context it does not fail before that context's event loop had its turn once more. A process that
    /// was held up, by its collector or by a processor it has to share, finds its timers expired and the answers in
    /// its sockets: that it waited says nothing about who answers.
    ///
    /// @param tooLate makes the failure
    public static <T> Uni<T> within(Duration limit, Uni<T> work, Supplier<? extends Throwable> tooLate) {
        return Uni.createFrom().deferred(() -> {
            Context home = Vertx.currentContext();
            return home == null
                    ? work.ifNoItem().after(limit).failWith(tooLate)
                    : Uni.combine().any().of(work, after(limit, home.owner(), tooLate));
        });
    }

    private static <T> Uni<T> after(Duration limit, Vertx vertx, Supplier<? extends Throwable> tooLate) {
        return Uni.createFrom().emitter(emitter -> {
            AtomicLong timer = new AtomicLong();
            timer.set(vertx.setTimer(
                    limit.toMillis(), _ -> timer.set(vertx.setTimer(LAST_LOOK_MS, _ -> emitter.fail(tooLate.get())))));
            emitter.onTermination(() -> vertx.cancelTimer(timer.get()));
        });
    }
}
