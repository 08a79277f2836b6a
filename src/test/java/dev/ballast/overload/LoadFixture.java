package dev.ballast.overload;

import dev.ballast.degradation.Level;
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
    final List<Level> levels = new ArrayList<>();
    final List<Duration> heldUp = new ArrayList<>();
    Duration most = Duration.ZERO;
    Duration mean = Duration.ZERO;
    Duration least = Duration.ZERO;
    double chance = 0.5;

    LoadFixture(Map<String, String> values) {
        settings = settings(values);
        load = new Load(
                settings,
                heldUp::add,
                (level, why) -> {
                    levels.add(level);
                    pressed.add(why);
                },
                () -> new Pulse.Lateness(most.toNanos(), mean.toNanos(), least.toNanos()),
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

    /// Event loops are so late from now on, all the time.
    void late(Duration duration) {
        most = duration;
        mean = duration;
        least = duration;
    }

    /// Looks as often as the timer would.
    void look(Duration time) {
        for (long passed = 0; passed < time.toMillis(); passed += 100) {
            nanos.addAndGet(Duration.ofMillis(100).toNanos());
            load.look();
        }
    }

    double inFlight() {
        return gauge("ballast.overload.in.flight");
    }

    double gauge(String name) {
        return registry.get(name).gauge().value();
    }

    double shed(String priority) {
        return registry.get("ballast.overload.shed")
                .tag("priority", priority)
                .counter()
                .count();
    }
}
