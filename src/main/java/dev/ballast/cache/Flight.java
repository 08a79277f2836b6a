package dev.ballast.cache;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A load on its way, which any number of requests may wait for. It belongs to none of them: a request that gives up
/// does not end it. Safe for use from every thread.
final class Flight<V> {
    // Used as a promise only: nothing is ever run on a foreign executor.
    private final CompletableFuture<CacheRead<V>> outcome = new CompletableFuture<>();

    /// Waits for the outcome. Each waiter goes on on the Vert.x context it subscribed from, the whole point of which
    /// is that its trace and request data live there.
    Uni<CacheRead<V>> join() {
        return Uni.createFrom().emitter(emitter -> {
            Context home = Vertx.currentContext();
            var _ = outcome.whenComplete((read, failure) -> resume(home, () -> {
                if (failure == null) {
                    emitter.complete(read);
                } else {
                    emitter.fail(failure);
                }
            }));
        });
    }

    void land(CacheRead<V> read) {
        outcome.complete(read);
    }

    void crash(Throwable failure) {
        outcome.completeExceptionally(failure);
    }

    boolean isDone() {
        return outcome.isDone();
    }

    /// Goes on where the waiter came from.
    static void resume(@Nullable Context home, Runnable waiter) {
        if (home == null || home == Vertx.currentContext()) {
            waiter.run();
        } else {
            home.runOnContext(_ -> waiter.run());
        }
    }
}
