package dev.ballast.recommendations;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// The room's settings.
@ConfigMapping(prefix = "ballast.recommendations")
interface RecommendationSettings {
    /// How long an answer may take; then it is empty, and what is on its way serves the next one. One second: longer
    /// than any healthy read of both tiers and the database, and nobody waits longer for a favour.
    @WithDefault("PT1S")
    Duration patience();

    /// Items in an answer. Ten fill a page's margin.
    @WithDefault("10")
    int items();
}
