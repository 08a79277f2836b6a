package dev.ballast.degradation;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/// All that the service depends on, by name. Safe for use from every thread.
@Singleton
public class Dependencies {
    private static final Logger LOG = Logger.getLogger(Dependencies.class);

    /// How exactly late calls are noticed. Two late ones in a row must be noticed within a second, of which they take
    /// 0.8 s themselves; a thread that wakes up fifty times a second costs next to nothing.
    private static final long TICK_MS = 20;

    private final DegradationSettings settings;
    private final MeterRegistry registry;
    private final Map<String, Dependency> known = new ConcurrentHashMap<>();
    private volatile Runnable watcher = () -> {};
    private final LongSupplier nanoTime;
    private volatile long heldUpUntil;
    private volatile long excusedUntil;

    /// Of its own, because event loops and workers may be held up by the very trouble that is to be noticed.
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("ballast-degradation").daemon().unstarted(task));

    @Inject
    Dependencies(DegradationSettings settings, MeterRegistry registry) {
        this(settings, registry, System::nanoTime);
    }

    Dependencies(DegradationSettings settings, MeterRegistry registry, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.heldUpUntil = nanoTime.getAsLong();
        this.excusedUntil = heldUpUntil;
        this.settings = settings;
        this.registry = registry;
        // With a delay, or a process that was paused would tick many times at one and the same moment, and find calls
        // late whose answers it has had no time to read.
        var _ = timer.scheduleWithFixedDelay(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    }

    /// The one of this name, which is known from now on.
    public Dependency named(String name) {
        return known.computeIfAbsent(name, this::create);
    }

    /// By name.
    public Collection<Dependency> all() {
        return List.copyOf(new TreeMap<>(known).values());
    }

    /// To be told when event loops are late: for a while, slow and missing answers are put down to that. Loops
    /// that are late all the time excuse them no longer than [DegradationSettings#excuse()], or a hang under
    /// load would never be noticed.
    public synchronized void heldUp(Duration forAWhile) {
        long now = nanoTime.getAsLong();
        if (heldUpUntil - now <= 0) {
            excusedUntil = now + settings.excuse().toNanos();
        }
        heldUpUntil = now + forAWhile.toNanos();
    }

    private boolean isHeldUp() {
        long now = nanoTime.getAsLong();
        return heldUpUntil - now > 0 && excusedUntil - now > 0;
    }

    private void tick() {
        try {
            known.values().forEach(Dependency::tick);
        } catch (RuntimeException defect) {
            LOG.error("Late calls cannot be noticed", defect); // a timer that throws does not run again
        }
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    /// @param changed is run on the timer when a dependency was found silent
    void tell(Runnable changed) {
        watcher = changed;
    }

    private Dependency create(String name) {
        Duration slowAfter = settings.slow().getOrDefault(name, settings.slowAfter());
        Dependency created = new Dependency(
                name,
                new Dependency.Numbers(
                        settings.minimumVolume(),
                        slowAfter,
                        settings.lateAfter(),
                        settings.silence(),
                        settings.warmUp()),
                new Hysteresis.Numbers(
                        settings.enterBelow(),
                        settings.goneBelow(),
                        settings.enterWindows(),
                        settings.leaveAbove(),
                        settings.leaveWindows(),
                        settings.stay(),
                        settings.longestStay(),
                        settings.forgetAfter()),
                nanoTime,
                this::isHeldUp,
                this::changed);
        Gauge.builder("ballast.degradation.dependency", created, d -> rank(d.condition()))
                .description("How a dependency is: 0 well, 1 failing, 2 gone")
                .tag("dependency", name)
                .register(registry);
        Gauge.builder("ballast.degradation.success.ratio", created, d -> d.calls()
                        .plus(d.probes())
                        .successRatio())
                .description("Of calls and probes of a dependency in the last ten seconds")
                .tag("dependency", name)
                .register(registry);
        return created;
    }

    /// Called in the midst of a call, which is not to fail for it.
    private void changed() {
        try {
            timer.execute(watcher);
        } catch (RejectedExecutionException stopping) {
            LOG.debug("nobody looks at the levels any more", stopping);
        }
    }

    private static int rank(Condition condition) {
        return switch (condition) {
            case WELL -> 0;
            case FAILING -> 1;
            case GONE -> 2;
        };
    }

    @PreDestroy
    void close() {
        timer.shutdownNow();
    }
}
