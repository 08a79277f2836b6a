package dev.ballast.degradation;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/// Runs every fallback now and then, unseen by users: one that never runs does not work on the day it is needed.
@Singleton
public class Rehearsals {
    private static final Logger LOG = Logger.getLogger(Rehearsals.class);
    private static final String OK = "ok";

    private final Degradation degradation;
    private final Dependencies dependencies;
    private final DegradationSettings settings;
    private final MeterRegistry registry;
    private final Map<String, String> outcomes = new ConcurrentSkipListMap<>();

    @Inject
    Rehearsals(
            Degradation degradation, Dependencies dependencies, DegradationSettings settings, MeterRegistry registry) {
        this.degradation = degradation;
        this.dependencies = dependencies;
        this.settings = settings;
        this.registry = registry;
    }

    /// How each fallback did when it ran last, by `feature/level`.
    public Map<String, String> outcomes() {
        return Map.copyOf(outcomes);
    }

    void start(@Observes StartupEvent started) {
        long every = settings.rehearseEvery().toMillis();
        var _ = dependencies.timer().scheduleAtFixedRate(this::all, every, every, TimeUnit.MILLISECONDS);
    }

    private void all() {
        for (Feature feature : degradation.features()) {
            for (Ladder<?, ?> ladder : feature.ladders()) {
                List.of(Level.DEGRADED, Level.MINIMAL).forEach(level -> run(feature, ladder, level));
            }
        }
    }

    private void run(Feature feature, Ladder<?, ?> ladder, Level level) {
        var _ = ladder.rehearse(level)
                .subscribe()
                .with(_ -> note(feature, level, OK), failure -> note(feature, level, failure.toString()));
    }

    private void note(Feature feature, Level level, String outcome) {
        boolean ok = outcome.equals(OK);
        registry.counter(
                        "ballast.degradation.rehearsals",
                        "feature",
                        feature.name(),
                        "level",
                        level.wireName(),
                        "outcome",
                        ok ? OK : "failed")
                .increment();
        String before = outcomes.put(feature.name() + "/" + level.wireName(), ok ? OK : "failed");
        if (!ok && !"failed".equals(before)) {
            LOG.warnf("The fallback of %s for %s does not work: %s", feature.name(), level.wireName(), outcome);
        }
    }
}
