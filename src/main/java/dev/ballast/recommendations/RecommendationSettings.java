package dev.ballast.recommendations;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/// The room's settings.
@ConfigMapping(prefix = "ballast.recommendations")
interface RecommendationSettings {
    /// How long the popular list may take; then the answer is empty, and what is on its way serves the next one.
    /// One second: longer than any healthy read of both tiers and the database, and nobody waits longer for a
    /// favour.
    @WithDefault("PT1S")
    Duration patience();

    /// Items in an answer, at most. Ten fill a page's margin.
    @WithDefault("10")
    int items();

    /// Whose items are asked for when nobody asks: by the probe, and when the fallbacks are rehearsed. An unknown
    /// one does as well.
    @WithDefault("1")
    long probeUser();

    /// The external API.
    Api api();

    /// Settings of the external API.
    interface Api {
        /// Scheme, host, port and path before `/recommendations/{userId}`. Without one there is no such API,
        /// and what is popular is all there is.
        Optional<String> url();

        /// From the call to the last byte of the answer. 0.3 s: what is popular must still come in good time
        /// after it.
        @WithDefault("PT0.3S")
        Duration timeout();

        /// Calls under way at once; more are not made.
        @WithDefault("32")
        int atOnce();

        /// Of a body; ten items take about one.
        @WithDefault("65536")
        int maxResponseBytes();

        /// Failures in a row that stop the calls, until one is let through per pause.
        @WithDefault("5")
        int breakerFailures();

        /// Between two calls while they are stopped. A quarter of a second: one call that times out, this, and another
        /// that does are less than the second within which silence must be noticed.
        @WithDefault("PT0.25S")
        Duration breakerPause();
    }
}
