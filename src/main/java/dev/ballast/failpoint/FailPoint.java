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
/// to pass it twice and end at the third time. Production refuses to start with it. May be called from every thread.
public final class FailPoint {
    private static final Logger LOG = Logger.getLogger(FailPoint.class);
    private static final int KILLED = 137;

    // Not final: in a native image constants are those of the build.
    private static volatile @Nullable FailPoint armed;

    private final String name;
    private final AtomicInteger left;
    private final Runnable end;

    FailPoint(String name, int after, Runnable end) {
        this.name = name;
        this.left = new AtomicInteger(after);
        this.end = end;
    }

    /// Says that the point of this name is reached. Does nothing unless it was asked for, else does not return.
    public static void reached(String name) {
        FailPoint set = armed;
        if (set != null) {
            set.at(name);
        }
    }

    static void arm(String name, int after) {
        LOG.warnf("This process will halt at fail point %s, time %d", name, after);
        armed = new FailPoint(name, after, () -> {
            LOG.warnf("Halted at fail point %s", name);
            Runtime.getRuntime().halt(KILLED);
        });
    }

    void at(String point) {
        if (point.equals(name) && left.decrementAndGet() == 0) {
            end.run();
        }
    }
}
