package dev.ballast.redis;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/// Says once when Redis is away and once when it is back, however many connections notice.
/// Safe for use from every event loop.
final class Reachability {
    private static final Logger LOG = Logger.getLogger(Reachability.class);

    private final String address;
    private final AtomicInteger up = new AtomicInteger();
    private final AtomicBoolean away = new AtomicBoolean();

    Reachability(String address) {
        this.address = address;
    }

    /// Connections that are open now.
    int up() {
        return up.get();
    }

    void opened() {
        up.incrementAndGet();
        if (away.compareAndSet(true, false)) {
            LOG.infof("Redis at %s is reachable again", address);
        }
    }

    void lost(String cause) {
        up.decrementAndGet();
        refused(cause);
    }

    void refused(String cause) {
        if (up.get() == 0 && away.compareAndSet(false, true)) {
            LOG.warnf(
                    "Redis at %s is not reachable (%s); REDIS_URL sets the address. The service runs on without it"
                            + " and keeps trying",
                    address, cause);
        }
    }
}
