package dev.ballast.redis;

import dev.ballast.degradation.Outage;
import java.util.concurrent.atomic.AtomicInteger;

/// Redis is away when none of its connections is up.
/// Safe for use from every event loop.
final class Reachability {
    private final Outage outage;
    private final AtomicInteger up = new AtomicInteger();

    Reachability(String address) {
        this.outage = new Outage("Redis", address, "REDIS_URL");
    }

    /// Connections that are open now.
    int up() {
        return up.get();
    }

    void opened() {
        up.incrementAndGet();
        outage.answered();
    }

    void lost(String cause) {
        up.decrementAndGet();
        refused(cause);
    }

    void refused(String cause) {
        if (up.get() == 0) {
            outage.failed(cause);
        }
    }
}
