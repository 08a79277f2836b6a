package dev.ballast.failpoint;

import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// A moment at which the process ends as if it were killed: no shutdown hook, no last word to anyone, and the exit code
/// of SIGKILL, 137.
///
/// ```java
/// FailPoint.reached("invalidation-after-commit");
/// ```
///
/// A test starts the service with `ballast.failpoint=invalidation-after-commit`, and with `ballast.failpoint-after=3`
/// to pass it twice and end at the third time. `ballast.failpoint-for=order-4711` counts only what the point says it is
/// about. Production refuses to start with a fail point. May be called from every thread.
public final class FailPoint {
    private static final Logger LOG = Logger.getLogger(FailPoint.class);
    private static final int KILLED = 137;

    // Not final: in a native image constants are those of the build.
    private static volatile @Nullable FailPoint armed;

    private final String name;
    private final @Nullable String only;
    private final AtomicInteger left;
    private final Runnable end;

    /// @param only what the point must be about; null for anything
    FailPoint(String name, @Nullable String only, int after, Runnable end) {
        this.name = name;
        this.only = only;
        this.left = new AtomicInteger(after);
        this.end = end;
    }

    /// Says that the point of this name is reached. Does nothing unless it was asked for, else does not return.
    public static void reached(String name) {
        reached(name, "");
    }

    /// Likewise, at a point that meets many things.
    ///
    /// @param what it is about this time, such as an id
    public static void reached(String name, String what) {
        FailPoint set = armed;
        if (set != null) {
            set.at(name, what);
        }
    }

    static void arm(String name, @Nullable String only, int after) {
        LOG.warnf("This process will halt at fail point %s, time %d", name, after);
        armed = new FailPoint(name, only, after, () -> {
            LOG.warnf("Halted at fail point %s", name);
            Runtime.getRuntime().halt(KILLED);
        });
    }

    void at(String point, String what) {
        if (point.equals(name) && (only == null || only.equals(what)) && left.decrementAndGet() == 0) {
            end.run();
        }
    }
}
