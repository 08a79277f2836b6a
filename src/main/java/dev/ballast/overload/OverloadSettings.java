package dev.ballast.overload;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// When there is too much to do.
@ConfigMapping(prefix = "ballast.overload")
interface OverloadSettings {
    String PREFIX = "ballast.overload.";
    Duration SHORTEST = Duration.ofMillis(1);
    /// Segments without a trailing slash.
    Pattern PATH = Pattern.compile("(/[^/]+)+");

    /// Off, nothing is turned away: for an emergency, and to measure what this is worth.
    @WithDefault("true")
    boolean enabled();

    /// What the paths that are turned away first begin with, in whole segments.
    @WithDefault("/recommendations")
    List<String> optionalPaths();

    /// Requests in flight on this pod beyond which all others are turned away. Far beyond what a pod answers
    /// within a second, so that it takes something that does not answer.
    @WithDefault("5000")
    int maxInFlight();

    /// Likewise for optional ones: what others may have to wait behind before event loops are found to be late. 250 are
    /// a tenth of a second of work.
    @WithDefault("250")
    int maxOptionalInFlight();

    /// Requests in flight below which late event loops are not these requests' doing, but that of the machine or
    /// of a pod that has just started: then nothing is turned away.
    @WithDefault("32")
    int minInFlight();

    /// How late event loops may be on average before optional requests are turned away. 20 ms: a payment meets them
    /// some ten times, so that it still takes a fifth of a second.
    @WithDefault("PT0.02S")
    Duration optionalDelay();

    /// How late they may be all the time before other requests are. 0.5 s: a payment, which meets them some ten times,
    /// then takes five seconds, and callers have given up; less is what a pod that has just been started does under
    /// load, and goes by. Not before no optional one is let in.
    @WithDefault("PT0.5S")
    Duration delay();

    /// How often that is looked at.
    @WithDefault("PT0.1S")
    Duration lookEvery();

    /// Looks in a row that find event loops too late while all are let in, until a part of the optional requests
    /// is turned away. 3: a pause of a tenth of a second is over at the first, and what it left to do at the third.
    @WithDefault("3")
    int optionalPatience();

    /// Likewise until a part of all others is. 20, two seconds: a pod that has just started takes as long for
    /// hundreds of requests at once, and has nothing to do then.
    @WithDefault("20")
    int patience();

    /// What the share of requests that is let in is multiplied by at each look that finds event loops too late. A half,
    /// as TCP does: three times too many are turned away within two more looks.
    @WithDefault("0.5")
    double backoff();

    /// What the share grows by at each look that does not. A fiftieth: all are let in after five seconds, so that one
    /// look too late in as many is what finding the right share costs.
    @WithDefault("0.02")
    double step();

    /// The share of requests that are not optional which is let in whatever happens: with nobody let in, nobody would
    /// notice that there is room again. A tenth is what a pod carries however late it is.
    @WithDefault("0.1")
    double leastShare();

    /// How late event loops may be before slow and missing answers are put down to that and not to a dependency.
    /// 50 ms: a quarter of what makes an answer slow.
    @WithDefault("PT0.05S")
    Duration heldUpAfter();

    /// For how long they are then: calls that were under way end a while after. 0.5 s: more than what makes one late.
    @WithDefault("PT0.5S")
    Duration heldUpFor();

    /// How long after event loops were first too late, with requests turned away since, they must be so again for
    /// optional features to be at their minimum; or how long there must have been no room at each look. 2 s: by
    /// then a burst is worked off.
    @WithDefault("PT2S")
    Duration pressedAfter();

    /// How long nothing must have been turned away for optional features to get better by a level. 3 s: then each late
    /// look was one of its own.
    @WithDefault("PT3S")
    Duration calmAfter();

    /// Likewise where they had been better not long before: half a minute, so that they change at most six times in a
    /// minute.
    @WithDefault("PT30S")
    Duration calmAfterRelapse();

    /// How long ago that may be. A minute, as with dependencies.
    @WithDefault("PT1M")
    Duration relapseWithin();

    /// What cannot be, each by its key and with what is allowed.
    static List<String> problems(OverloadSettings settings) {
        List<String> wrong = new ArrayList<>();
        atLeast(wrong, "max-in-flight", settings.maxInFlight(), 1);
        atLeast(wrong, "max-optional-in-flight", settings.maxOptionalInFlight(), 0);
        atLeast(wrong, "min-in-flight", settings.minInFlight(), 0);
        atLeast(wrong, "optional-delay", settings.optionalDelay(), SHORTEST);
        atLeast(wrong, "delay", settings.delay(), settings.optionalDelay());
        atLeast(wrong, "look-every", settings.lookEvery(), SHORTEST);
        atLeast(wrong, "held-up-after", settings.heldUpAfter(), SHORTEST);
        atLeast(wrong, "held-up-for", settings.heldUpFor(), SHORTEST);
        atLeast(wrong, "pressed-after", settings.pressedAfter(), Duration.ZERO);
        atLeast(wrong, "calm-after", settings.calmAfter(), Duration.ZERO);
        atLeast(wrong, "calm-after-relapse", settings.calmAfterRelapse(), settings.calmAfter());
        atLeast(wrong, "relapse-within", settings.relapseWithin(), Duration.ZERO);
        settings.optionalPaths().stream()
                .filter(path -> !PATH.matcher(path).matches())
                .forEach(path -> wrong.add(PREFIX + "optional-paths must each be like /recommendations, not " + path));
        atLeast(wrong, "optional-patience", settings.optionalPatience(), 1);
        atLeast(wrong, "patience", settings.patience(), 1);
        between(wrong, "backoff", settings.backoff(), 0, 0.99);
        between(wrong, "step", settings.step(), 0.001, 1);
        between(wrong, "least-share", settings.leastShare(), 0.001, 1);
        return wrong;
    }

    private static <T extends Comparable<T>> void atLeast(List<String> wrong, String key, T value, T least) {
        if (value.compareTo(least) < 0) {
            wrong.add("%s%s must be at least %s, not %s".formatted(PREFIX, key, least, value));
        }
    }

    private static void between(List<String> wrong, String key, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            wrong.add("%s%s must be from %s to %s, not %s".formatted(PREFIX, key, least, most, value));
        }
    }
}
