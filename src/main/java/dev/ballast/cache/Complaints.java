package dev.ballast.cache;

import dev.ballast.degradation.Rarely;
import dev.ballast.origin.Breaker;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/// Logs what goes wrong with tiers, and with entries, the latter at most once a minute, kind by kind: during a rolling
/// upgrade every read may meet an entry of the other version, and the counters tell how many. Never a key or a value,
/// which may be personal data.
final class Complaints {
    private static final Logger LOG = Logger.getLogger(Complaints.class);

    private final String cache;
    private final Rarely rarely;

    Complaints(String cache, InstantSource clock) {
        this.cache = cache;
        this.rarely = new Rarely(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()));
    }

    void unreadable() {
        if (rarely.maySpeak("unreadable")) {
            LOG.warnf("Cache %s: Redis holds entries of another version, or broken ones; they are loaded anew", cache);
        }
    }

    void unencodable(RuntimeException cause) {
        if (rarely.maySpeak("unencodable")) {
            LOG.errorf("Cache %s: a value could not be encoded and is not stored: %s", cache, cause.getClass());
        }
    }

    /// Says when a tier begins not to be asked, and when it is again.
    static Breaker.Watcher ofBreaker(String cache, Tier tier) {
        return open -> {
            if (open) {
                LOG.warnf("Cache %s: %s failed time after time and is not asked but now and then", cache, tier);
            } else {
                LOG.infof("Cache %s: %s answers again", cache, tier);
            }
        };
    }
}
