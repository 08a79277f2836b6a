package dev.ballast.live;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/// Settings of what the operations page's charts show.
@ConfigMapping(prefix = "ballast.live")
interface LiveSettings {
    /// Between two samples. 3 s: soon enough for a person, and a sample takes less than a millisecond.
    @WithDefault("PT3S")
    Duration every();

    /// How long they are kept. A quarter of an hour: what led to the page that somebody just got.
    @WithDefault("PT15M")
    Duration keep();

    /// What this pod is called; the host's name, with the process where a host has several, if left out.
    Optional<String> pod();
}
