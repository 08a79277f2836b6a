package dev.ballast.degradation;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// When a dependency counts as failing or gone, and as well again.
@ConfigMapping(prefix = "ballast.degradation")
interface DegradationSettings {
    /// Longer ones would not let silence be noticed in time.
    Duration LONGEST_PROBE = Duration.ofMillis(400);

    /// How often each dependency is probed, give or take a tenth, so that pods do not ask together. Half a
    /// second: two failed probes in a row are noticed within three seconds by a service that nobody calls.
    @WithDefault("PT0.5S")
    Duration probeEvery();

    /// How long a probe may take. Below the period of the probes, so that never two are under way.
    @WithDefault("PT0.4S")
    Duration probeTimeout();

    /// Real calls in a second below which the probes decide alone that a dependency gets worse: of fewer, one failure
    /// would be too many. That it gets better every call has a say in.
    @WithDefault("5")
    int minimumVolume();

    /// Answers that took longer are slow, and count as failures. 0.2 s: far beyond any healthy answer of these.
    @WithDefault("PT0.2S")
    Duration slowAfter();

    /// The same for single dependencies, by name.
    Map<String, Duration> slow();

    /// A call that takes longer is a sign of silence, although its caller may wait on: callers' own limits are
    /// too long for a hang to be noticed within a second.
    @WithDefault("PT0.4S")
    Duration lateAfter();

    /// How long there must have been no answer at all, of calls and of probes, for two refusals or timeouts in a
    /// row to mean that a dependency is gone: longer than a pause of this process, and than that between two
    /// probes.
    @WithDefault("PT0.6S")
    Duration silence();

    /// How long after the start of this process no answer counts as slow or missing: its first calls take their
    /// time for reasons of its own. Refusals count from the start.
    @WithDefault("PT10S")
    Duration warmUp();

    /// How long event loops that are late all the time excuse slow and missing answers. 2 s: longer than a pause of
    /// this process, and a dependency that hangs under load is still noticed.
    @WithDefault("PT2S")
    Duration excuse();

    /// Success ratio of a second below which it is a bad one.
    @WithDefault("0.9")
    double enterBelow();

    /// Ratio of proper answers, however late, of a second below which nothing works.
    @WithDefault("0.1")
    double goneBelow();

    /// Bad seconds in a row that make a dependency failing, or gone where nothing works.
    @WithDefault("2")
    int enterWindows();

    /// Success ratio of a second above which it is a good one.
    @WithDefault("0.98")
    double leaveAbove();

    /// Good seconds in a row before it gets better by a level.
    @WithDefault("3")
    int leaveWindows();

    /// The shortest time at a level before it gets better, at first; doubles with every relapse.
    @WithDefault("PT1S")
    Duration stay();

    /// What that grows to at most.
    @WithDefault("PT30S")
    Duration longestStay();

    /// How long a dependency must be well for its relapses to be forgotten.
    @WithDefault("PT1M")
    Duration forgetAfter();

    /// Dependencies without which the service as a whole is at its minimum.
    @WithDefault("postgresql")
    Set<String> core();

    /// How often each fallback is run although nobody needs it; failures are logged and counted.
    @WithDefault("PT10S")
    Duration rehearseEvery();

    /// Changes that are kept for operators to look at.
    @WithDefault("500")
    int events();

    /// What cannot be, each by its key and with what is allowed.
    static List<String> problems(DegradationSettings settings) {
        List<String> wrong = new ArrayList<>();
        Duration probing = settings.probeTimeout();
        if (!probing.isPositive()
                || probing.compareTo(LONGEST_PROBE) > 0
                || probing.compareTo(settings.probeEvery()) >= 0) {
            wrong.add("ballast.degradation.probe-timeout must be at most %s and below probe-every, not %s"
                    .formatted(LONGEST_PROBE, probing));
        }
        if (settings.enterBelow() > settings.leaveAbove() || settings.goneBelow() > settings.enterBelow()) {
            wrong.add("ballast.degradation.gone-below, enter-below and leave-above must not fall: %s, %s, %s"
                    .formatted(settings.goneBelow(), settings.enterBelow(), settings.leaveAbove()));
        }
        if (settings.enterWindows() < 1 || settings.leaveWindows() < 1) {
            wrong.add("ballast.degradation.enter-windows and leave-windows must be at least 1, not %d and %d"
                    .formatted(settings.enterWindows(), settings.leaveWindows()));
        }
        if (!settings.stay().isPositive() || settings.longestStay().compareTo(settings.stay()) < 0) {
            wrong.add("ballast.degradation.stay must be above 0 and at most longest-stay, not %s and %s"
                    .formatted(settings.stay(), settings.longestStay()));
        }
        if (settings.events() < 1) {
            wrong.add("ballast.degradation.events must be at least 1, not " + settings.events());
        }
        return wrong;
    }
}
