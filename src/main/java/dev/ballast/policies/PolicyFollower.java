package dev.ballast.policies;

import dev.ballast.redis.InvalidationLog;
import dev.ballast.redis.LogFollower;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/// Keeps this pod at what PostgreSQL has: from before it is ready, and whenever the log says that something changed, or
/// that it may have missed it.
@Singleton
class PolicyFollower {
    private static final Logger LOG = Logger.getLogger(PolicyFollower.class);

    /// Of the log.
    static final String CHANNEL = "rate-limit-policies";

    private static final Duration WITHIN = Duration.ofSeconds(1);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final int ATTEMPTS = 5;

    private final Supplier<Uni<Void>> read;
    private final InvalidationLog log;
    private volatile boolean hasRead;
    private volatile boolean missed;
    private volatile boolean stopping;

    @Inject
    PolicyFollower(Policies policies, InvalidationLog log) {
        this(policies::reread, log);
    }

    /// @param read puts in force what PostgreSQL has
    PolicyFollower(Supplier<Uni<Void>> read, InvalidationLog log) {
        this.read = read;
        this.log = log;
    }

    /// Before anything is connected to: invalid settings stop the start here, as the policies are there.
    void follow(@Observes @Priority(2) StartupEvent started) {
        log.follow(new Follower(), WITHIN);
    }

    /// The database may not be there yet, or have no such table.
    void start(@Observes StartupEvent started) {
        read.get()
                .onFailure(failure -> !stopping)
                .retry()
                .withBackOff(FIRST_PAUSE, LONGEST_PAUSE)
                .indefinitely()
                .subscribe()
                .with(done -> begin(), given -> LOG.debug("Given up at shutdown", given));
    }

    private void begin() {
        hasRead = true;
        if (missed) {
            reread();
        }
    }

    void stop(@Observes ShutdownEvent stopped) {
        stopping = true;
    }

    /// Whether it knows what was changed live; once true it stays true.
    boolean hasRead() {
        return hasRead;
    }

    private final class Follower implements LogFollower {
        @Override
        public void forget(String channel, List<String> keys) {
            if (channel.equals(CHANNEL)) {
                reread();
            }
        }

        @Override
        public void forgetEverything() {
            reread();
        }
    }

    /// A few times at once; what fails then is left to the next regular read.
    private void reread() {
        if (!hasRead) {
            // The first read may be under way, and have seen what was before; who ends it looks here.
            missed = true;
            if (!hasRead) {
                return;
            }
        }
        read.get()
                .onFailure()
                .retry()
                .withBackOff(FIRST_PAUSE, LONGEST_PAUSE)
                .atMost(ATTEMPTS)
                .subscribe()
                .with(done -> {}, failure -> LOG.debug("Policies were not read again yet", failure));
    }

    /// Tells the other pods. Whether that succeeded.
    Uni<Boolean> tell(String name) {
        return log.append(CHANNEL, List.of(name), WITHIN)
                .replaceWith(true)
                .onFailure()
                .recoverWithItem(false);
    }
}
