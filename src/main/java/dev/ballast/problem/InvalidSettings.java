package dev.ballast.problem;

import java.util.List;
import org.jboss.logging.Logger;

/// Stops a start with settings that cannot be.
public final class InvalidSettings {
    private static final Logger LOG = Logger.getLogger(InvalidSettings.class);

    private InvalidSettings() {}

    /// Logs each problem by itself, as there may be many.
    ///
    /// @param problems each names its key, and what is allowed; the start goes on where there are none
    /// @throws IllegalStateException names them all
    public static void refuse(List<String> problems) {
        if (!problems.isEmpty()) {
            problems.forEach(problem -> LOG.errorf("Invalid setting: %s", problem));
            throw new IllegalStateException("refusing to start: " + String.join("; ", problems));
        }
    }
}
