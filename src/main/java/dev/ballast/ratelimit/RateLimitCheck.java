package dev.ballast.ratelimit;

import dev.ballast.problem.InvalidSettings;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Stops the start of a pod whose settings cannot be: they would have it decide without Redis for ever, or alone.
@Singleton
class RateLimitCheck {
    private static final String PREFIX = "ballast.ratelimit.";
    private static final Duration LEAST = Duration.ofMillis(1);

    void check(@Observes @Priority(2) StartupEvent started, RateLimitSettings settings) {
        InvalidSettings.refuse(problems(settings));
    }

    /// What cannot be, each by its key and with what is allowed.
    static List<String> problems(RateLimitSettings settings) {
        List<String> wrong = new ArrayList<>();
        atLeast(wrong, "deadline", settings.deadline(), LEAST);
        atLeast(wrong, "breaker-pause", settings.breakerPause(), LEAST);
        atLeast(wrong, "heartbeat-every", settings.heartbeatEvery(), LEAST);
        atLeast(
                wrong,
                "heartbeat-lasts",
                settings.heartbeatLasts(),
                settings.heartbeatEvery().multipliedBy(2));
        atLeast(wrong, "breaker-failures", settings.breakerFailures(), 1);
        atLeast(wrong, "pods", settings.pods(), 1);
        return wrong;
    }

    private static <T extends Comparable<T>> void atLeast(List<String> wrong, String key, T value, T least) {
        if (value.compareTo(least) < 0) {
            wrong.add("%s%s must be at least %s, not %s".formatted(PREFIX, key, least, value));
        }
    }
}
