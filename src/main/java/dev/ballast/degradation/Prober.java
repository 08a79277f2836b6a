package dev.ballast.degradation;

import dev.ballast.problem.InvalidSettings;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/// Asks every dependency twice a second how it is, so that trouble is noticed while nobody calls, and health
/// while nobody dares to. One question of each is under way at most.
@Singleton
class Prober {
    private static final Logger LOG = Logger.getLogger(Prober.class);

    /// A timer that is later than this was held up with the whole process, and says nothing of the dependency. No
    /// setting, as it is about this process alone: a thread that has little else to do is not so late for less.
    private static final Duration HELD_UP = Duration.ofMillis(100);

    /// Between a late answer and the next question. No setting, as it only keeps a probe that takes all its time, or
    /// a timer that was held up, from asking without a pause.
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);

    /// Of all that can be configured.
    private final Set<String> names;

    private final List<Probe> probes;
    private final Dependencies dependencies;
    private final DegradationSettings settings;
    private final Random random = new Random();

    @Inject
    Prober(@Any Instance<Probe> probes, Dependencies dependencies, DegradationSettings settings) {
        this(probes.stream().toList(), dependencies, settings);
    }

    Prober(List<Probe> probes, Dependencies dependencies, DegradationSettings settings) {
        this.names = probes.stream().map(Probe::dependency).collect(Collectors.toSet());
        this.probes = probes.stream().filter(Probe::isConfigured).toList();
        this.dependencies = dependencies;
        this.settings = settings;
    }

    /// Those that are probed.
    List<Dependency> probed() {
        return probes.stream()
                .map(probe -> dependencies.named(probe.dependency()))
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .toList();
    }

    /// Ahead of whoever sets a timer by them.
    ///
    /// @throws IllegalStateException names every setting of this room that cannot be
    void check(@Observes @Priority(2) StartupEvent started) {
        List<String> wrong = new ArrayList<>(DegradationSettings.problems(settings));
        wrong.addAll(DegradationSettings.unknown(settings, names));
        InvalidSettings.refuse(wrong);
    }

    void start(@Observes StartupEvent started) {
        probes.forEach(probe -> schedule(probe, 0));
    }

    private void schedule(Probe probe, long afterNanos) {
        try {
            var _ = dependencies.timer().schedule(() -> ask(probe), afterNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException stopping) {
            LOG.debug("no more probes", stopping);
        }
    }

    private void ask(Probe probe) {
        Dependency dependency = dependencies.named(probe.dependency());
        long begin = System.nanoTime();
        var _ = Uni.createFrom()
                .deferred(probe::check)
                .ifNoItem()
                .after(settings.probeTimeout())
                .on(dependencies.timer())
                .fail()
                .onTermination()
                .invoke(() -> again(probe, begin))
                .subscribe()
                .with(
                        _ -> dependency.probed(Outcome.OK, begin, "up"),
                        failure -> failed(probe, dependency, failure, begin));
    }

    private void failed(Probe probe, Dependency dependency, Throwable failure, long begin) {
        long took = System.nanoTime() - begin;
        boolean heldUp = failure instanceof TimeoutException
                && took > settings.probeTimeout().plus(HELD_UP).toNanos();
        Dependency.LastProbe last = dependency.lastProbe();
        // for so long, or nothing would be known of a dependency whose probes alone are made
        boolean isExcused = last == null || last.ago().compareTo(settings.excuse()) < 0;
        if (!heldUp || !isExcused) {
            // the kind of failure, not its message: that may hold addresses
            String said = "down: " + failure.getClass().getSimpleName();
            dependency.probed(probe.meaning(failure), begin, said);
        }
    }

    private void again(Probe probe, long begin) {
        double jitter = 1 + settings.probeJitter() * (2 * random.nextDouble() - 1);
        long period = (long) (settings.probeEvery().toNanos() * jitter);
        schedule(probe, Math.max(SHORTEST_PAUSE.toNanos(), period - (System.nanoTime() - begin)));
    }
}
