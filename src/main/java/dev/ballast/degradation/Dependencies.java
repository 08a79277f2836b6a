package dev.ballast.degradation;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// All that the service depends on, by name. Safe for use from every thread.
@Singleton
public class Dependencies {
    private final DegradationSettings settings;
    private final MeterRegistry registry;
    private final Map<String, Dependency> known = new ConcurrentHashMap<>();
    private volatile Runnable watcher = () -> {};
    private final LongSupplier nanoTime;
    private volatile long heldUpUntil;
    private volatile long excusedUntil;

    /// Of its own, because event loops and workers may be held up by the very trouble that is to be noticed.
    private final ScheduledExecutorService timer = newTimer();

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
    }

    /// The one of this name, which is known from now on.
    public Dependency named(String name) {
        return known.computeIfAbsent(name, this::create);
    }

    /// By name.
    public Collection<Dependency> all() {
        return List.copyOf(new TreeMap<>(known).values());
    }

    /// As [Dependency#watch].
    public <T extends @Nullable Object> Uni<T> watch(
            Dependency dependency, Uni<T> call, Function<Throwable, @Nullable Outcome> meaning) {
        return dependency.watch(call, meaning, timer);
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

    /// Calls that were watched and have ended do not stay until they would have been late.
    private static ScheduledExecutorService newTimer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                1,
                task -> Thread.ofPlatform().name("ballast-degradation").daemon().unstarted(task));
        timer.setRemoveOnCancelPolicy(true);
        return timer;
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
                () -> timer.execute(watcher));
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
