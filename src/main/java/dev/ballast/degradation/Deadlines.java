package dev.ballast.degradation;

import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import java.util.concurrent.ScheduledExecutorService;

/// Where the deadlines of calls to dependencies are watched.
public final class Deadlines {
    private Deadlines() {}

    /// The caller's event loop, or Mutiny's own timer where the caller is on none.
    ///
    /// A loop reads what has arrived before it looks at its timers. A call that was answered in time is then not
    /// given up because the loop had much else to do: the caller's own lateness is no failure of the dependency,
    /// and one that counted it would be taken for down under load.
    public static ScheduledExecutorService timer() {
        return Context.isOnEventLoopThread() && Vertx.currentContext() instanceof ContextInternal context
                ? context.nettyEventLoop()
                : Infrastructure.getDefaultWorkerPool();
    }
}
