package dev.ballast.failpoint;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Reads at the start whether a test asked for a fail point, after production has had its chance to refuse.
@Singleton
class FailPointArming {
    private final Optional<String> name;
    private final Optional<String> only;
    private final int after;

    /// @param name which point; none by default
    /// @param only what it must be about, where it meets many things; anything by default
    /// @param after at the how manieth time it is reached; 1 by default, the first
    @Inject
    FailPointArming(
            @ConfigProperty(name = "ballast.failpoint") Optional<String> name,
            @ConfigProperty(name = "ballast.failpoint-for") Optional<String> only,
            @ConfigProperty(name = "ballast.failpoint-after", defaultValue = "1") int after) {
        this.name = name;
        this.only = only;
        this.after = after;
    }

    void arm(@Observes @Priority(2) StartupEvent started) {
        name.ifPresent(point -> FailPoint.arm(point, only.orElse(null), after));
    }
}
