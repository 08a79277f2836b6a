package dev.ballast.overload;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;

/// When there is too much to do.
@ConfigMapping(prefix = "ballast.overload")
interface OverloadSettings {
    /// Off, nothing is turned away: for an emergency, and to measure what this is worth.
    @WithDefault("true")
    boolean enabled();

    /// First segments of the paths that are turned away first.
    @WithDefault("/recommendations")
    List<String> optionalPaths();

    /// Requests in flight on this pod beyond which all others are turned away. Far beyond what a pod answers
    /// within a second, so that it takes something that does not answer.
    @WithDefault("5000")
    int maxInFlight();

    /// Likewise for optional ones.
    @WithDefault("500")
    int maxOptionalInFlight();

    /// Requests in flight below which late event loops are not these requests' doing, but that of the machine or
    /// of a pod that has just started: then nothing is turned away.
    @WithDefault("32")
    int minInFlight();

    /// How late event loops may be before optional requests are turned away. 0.2 s: beyond any pause of a healthy
    /// pod, one that has just lost a server or been started included.
    @WithDefault("PT0.2S")
    Duration optionalDelay();

    /// How late they may be before other requests are. 2 s: callers begin to give up.
    @WithDefault("PT2S")
    Duration delay();

    /// How often that is looked at. Each look turns away twice as many of those that are too many, or a little
    /// fewer.
    @WithDefault("PT0.1S")
    Duration lookEvery();

    /// How long requests must have been turned away for optional features to be at their minimum. 2 s: one pause turns
    /// some away for a second.
    @WithDefault("PT2S")
    Duration pressedAfter();

    /// How long nothing must have been turned away for optional features to be whole again.
    @WithDefault("PT3S")
    Duration calmAfter();
}
