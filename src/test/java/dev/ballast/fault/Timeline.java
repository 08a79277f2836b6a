package dev.ballast.fault;

import java.time.Duration;

/// Time for a check: a real event loop's, or a simulated one. Tasks run one after the other.
interface Timeline {
    /// Monotonic.
    long nanos();

    void after(Duration pause, Runnable task);
}
