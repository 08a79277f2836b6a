package dev.ballast.security;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigUtils;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/// Stops the start of a service that would be open to anyone: outside the local profile it demands an
/// issuer, an audience, a verification key that is not the public one of this repository, and a real
/// password, and no fail point may be set. All that is wrong is named at once.
@Singleton
class ProductionCheck {
    private static final Logger LOG = Logger.getLogger(ProductionCheck.class);

    private final Config config;

    ProductionCheck(Config config) {
        this.config = config;
    }

    /// Before anything else starts, the scheduler included, which is at 0: no connection is opened with settings that
    /// are refused.
    void check(@Observes @Priority(-2) StartupEvent started) {
        if (LaunchMode.current() != LaunchMode.NORMAL || ConfigUtils.isProfileActive("local")) {
            return;
        }
        List<String> unsafe = UnsafeSettings.of(name -> config.getOptionalValue(name, String.class));
        if (!unsafe.isEmpty()) {
            unsafe.forEach(problem -> LOG.errorf("Unsafe setting: %s", problem));
            throw new IllegalStateException("refusing to start in production: " + String.join("; ", unsafe));
        }
    }
}
