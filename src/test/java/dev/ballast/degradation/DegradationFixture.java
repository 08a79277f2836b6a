package dev.ballast.degradation;

import dev.ballast.otlp.EndedSpans;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// The levels of a pod with real dependencies, on a clock that the test turns.
public final class DegradationFixture implements AutoCloseable {
    private static final Instant START = Instant.parse("2026-01-31T12:00:00Z");

    public final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    public final Dependencies dependencies;
    public final Degradation degradation;
    final EndedSpans spans = new EndedSpans();
    final Events events;
    final AtomicLong nanos = new AtomicLong(Duration.ofSeconds(-7).toNanos());

    /// @param features that there are
    public DegradationFixture(Feature.Spec... features) {
        this(null, features);
    }

    private DegradationFixture(LongSupplier clockOrNull, Feature.Spec... features) {
        DegradationSettings settings = settings(Map.of("ballast.degradation.warm-up", "PT0S"));
        dependencies = new Dependencies(settings, registry, clockOrNull == null ? nanos::get : clockOrNull);
        events = new Events(settings, registry, spans.telemetry());
        degradation = new Degradation(List.of(features), dependencies, events, settings, registry, this::now);
    }

    /// For what has real servers and timers of its own.
    public static DegradationFixture onTheRealClock() {
        return new DegradationFixture(System::nanoTime);
    }

    /// Has a dependency probed from now on, as in a pod.
    public void probe(Probe probe) {
        DegradationSettings settings = settings(Map.of("ballast.degradation.core", probe.dependency()));
        new Prober(List.of(probe), dependencies, settings).start(new StartupEvent());
    }

    static DegradationSettings settings(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withMapping(DegradationSettings.class)
                .withSources(new PropertiesConfigSource(values, "test", 500))
                .build()
                .getConfigMapping(DegradationSettings.class);
    }

    public void wait(Duration duration) {
        nanos.addAndGet(duration.toNanos());
    }

    public void look() {
        degradation.look();
    }

    /// Nobody has answered for a while, and two calls were refused.
    public void kill(String name) {
        Dependency dependency = dependencies.named(name);
        dependency.ended(Outcome.REJECTED, nanos.get());
        wait(Duration.ofSeconds(1));
        dependency.ended(Outcome.REJECTED, nanos.get());
        look();
    }

    /// Two seconds in which half of the calls failed.
    void halve(String name) {
        Dependency dependency = dependencies.named(name);
        for (int second = 0; second < 2; second++) {
            for (int call = 0; call < 10; call++) {
                dependency.ended(call % 2 == 0 ? Outcome.OK : Outcome.FAILED, nanos.get());
            }
            wait(Duration.ofSeconds(1));
            look();
        }
    }

    /// As operators do.
    ///
    /// @param feature null for all
    public void order(String feature, Level level, Duration ttl) {
        degradation.order(new Degradation.Order(feature, level, "a test", "ada", now().plus(ttl)));
    }

    private Instant now() {
        return START.plusNanos(nanos.get() + Duration.ofSeconds(7).toNanos());
    }

    List<String> told() {
        return events.latest().reversed().stream()
                .map(event -> "%s %s: %s -> %s (%s)"
                        .formatted(event.subject(), event.name(), event.from(), event.to(), event.reason()))
                .toList();
    }

    @Override
    public void close() {
        dependencies.close();
    }
}
