package dev.ballast.overload;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// The load of a pod whose event loops are as late as the test says, on a clock that the test turns.
final class LoadFixture {
    final AtomicLong nanos = new AtomicLong(Duration.ofSeconds(-7).toNanos());
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final OverloadSettings settings;
    final Load load;
    final List<String> pressed = new ArrayList<>();
    final List<Duration> heldUp = new ArrayList<>();
    Duration late = Duration.ZERO;
    boolean everIdle;
    double chance = 0.5;

    LoadFixture(Map<String, String> values) {
        settings = settings(values);
        load = new Load(
                settings,
                heldUp::add,
                pressed::add,
                () -> new Pulse.Lateness(late.toNanos(), late.toNanos(), everIdle ? 0 : late.toNanos()),
                () -> {},
                nanos::get,
                () -> chance,
                registry);
    }

    static OverloadSettings settings(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withMapping(OverloadSettings.class)
                .withSources(new PropertiesConfigSource(values, "test", 500))
                .build()
                .getConfigMapping(OverloadSettings.class);
    }

    /// Looks as often as the timer would.
    void look(Duration time) {
        for (long passed = 0; passed < time.toMillis(); passed += 100) {
            nanos.addAndGet(Duration.ofMillis(100).toNanos());
            load.look();
        }
    }

    double inFlight() {
        return registry.get("ballast.overload.in.flight").gauge().value();
    }

    double shed(String priority) {
        return registry.get("ballast.overload.shed")
                .tag("priority", priority)
                .counter()
                .count();
    }
}
