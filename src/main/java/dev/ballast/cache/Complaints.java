package dev.ballast.cache;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/// Logs what goes wrong with entries, at most once a minute: during a rolling upgrade every read may meet an entry of
/// the other version, and the counters tell how many. Never a key or a value, which may be personal data.
final class Complaints {
    private static final Logger LOG = Logger.getLogger(Complaints.class);
    private static final long PAUSE_MS = Duration.ofMinutes(1).toMillis();

    private final String cache;
    private final InstantSource clock;
    private final AtomicLong quietUntil = new AtomicLong(Long.MIN_VALUE);

    Complaints(String cache, InstantSource clock) {
        this.cache = cache;
        this.clock = clock;
    }

    void unreadable() {
        if (maySpeak()) {
            LOG.warnf("Cache %s: Redis holds entries of another version, or broken ones; they are loaded anew", cache);
        }
    }

    void unencodable(RuntimeException cause) {
        if (maySpeak()) {
            LOG.errorf("Cache %s: a value could not be encoded and is not stored: %s", cache, cause.getClass());
        }
    }

    private boolean maySpeak() {
        long now = clock.millis();
        long until = quietUntil.get();
        return now >= until && quietUntil.compareAndSet(until, now + PAUSE_MS);
    }
}
