package dev.ballast.origin;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.random.RandomGenerator;

/// Lets time pass between two questions whether somebody else is done, a little more each time and jittered, so that
/// those who wait for the same do not ask in the same instant.
@FunctionalInterface
public interface Pause {
    /// Completes after a while, on the Vert.x context it was subscribed from.
    ///
    /// @param turn how many pauses there were before
    Uni<Void> before(int turn);

    /// Pauses of around 5, 10, 20 and from then on 40 ms, each ±50 %.
    static Pause jittered(RandomGenerator random) {
        return turn -> Uni.createFrom().deferred(() -> {
            long around = 5L << Math.min(turn, 3);
            return after(around / 2 + random.nextLong(around + 1));
        });
    }

    private static Uni<Void> after(long millis) {
        Context home = Vertx.currentContext();
        if (home == null) {
            return Uni.createFrom()
                    .voidItem()
                    .onItem()
                    .delayIt()
                    .onExecutor(Infrastructure.getDefaultWorkerPool())
                    .by(Duration.ofMillis(millis + 1));
        }
        return Uni.createFrom().emitter(emitter -> home.owner().setTimer(millis + 1, _ -> emitter.complete(null)));
    }
}
