package dev.ballast.live;

import dev.ballast.problem.InvalidSettings;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Stops a start with samples that cannot be taken or kept.
@Singleton
class LiveCheck {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    /// Some ten megabytes of memory, and a megabyte for each page that is opened.
    private static final long MOST = 3_600;

    private final LiveSettings settings;

    @Inject
    LiveCheck(LiveSettings settings) {
        this.settings = settings;
    }

    void check(@Observes @Priority(1) StartupEvent started) {
        InvalidSettings.refuse(problems(settings.every(), settings.keep()));
    }

    static List<String> problems(Duration every, Duration keep) {
        List<String> problems = new ArrayList<>();
        if (every.compareTo(SHORTEST) < 0 || every.compareTo(LONGEST) > 0) {
            problems.add("ballast.live.every must be from " + SHORTEST + " to " + LONGEST + ", not " + every);
        } else if (keep.compareTo(every) < 0 || keep.dividedBy(every) > MOST) {
            problems.add(
                    "ballast.live.keep must be from ballast.live.every to %d times it, not %s".formatted(MOST, keep));
        }
        return problems;
    }
}
