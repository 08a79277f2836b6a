package dev.ballast.degradation;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// When a dependency counts as failing or gone, and as well again.
@ConfigMapping(prefix = "ballast.degradation")
interface DegradationSettings {
    /// Longer ones would not let silence be noticed in time.
    Duration LONGEST_PROBE = Duration.ofMillis(400);
    /// A quarter of it is a pause of this process, and that of the ticks is none.
    Duration LEAST_SILENCE = Duration.ofMillis(100);

    /// How often each dependency is probed. Half a second: two failed probes in a row are noticed within three
    /// seconds by a service that nobody calls.
    @WithDefault("PT0.5S")
    Duration probeEvery();

    /// The part of that by which each pause is longer or shorter at random, so that pods do not ask together. A
    /// tenth: pods that were started at once have parted after some seconds.
    @WithDefault("0.1")
    double probeJitter();

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

    /// Names of dependencies that nobody has, which would be settings without an effect.
    ///
    /// @param known the dependencies there can be
    static List<String> unknown(DegradationSettings settings, Set<String> known) {
        Map<String, String> named = new TreeMap<>();
        settings.core().forEach(name -> named.put("core names " + name, name));
        settings.slow().keySet().forEach(name -> named.put("slow names " + name, name));
        return named.entrySet().stream()
                .filter(each -> !known.contains(each.getValue()))
                .map(each -> "ballast.degradation.%s, which is no dependency; there are: %s"
                        .formatted(each.getKey(), String.join(", ", new TreeSet<>(known))))
                .toList();
    }

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
        if (!(settings.enterBelow() <= settings.leaveAbove() && settings.goneBelow() <= settings.enterBelow())) {
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
        wrong.addAll(outOfRange(settings));
        return wrong;
    }

    private static List<String> outOfRange(DegradationSettings settings) {
        List<String> wrong = new ArrayList<>();
        if (!(settings.probeJitter() >= 0 && settings.probeJitter() <= 0.5)) {
            wrong.add("ballast.degradation.probe-jitter must be from 0 to 0.5, not " + settings.probeJitter());
        }
        if (!(settings.goneBelow() >= 0 && settings.leaveAbove() < 1)) {
            wrong.add("ballast.degradation.gone-below must be at least 0 and leave-above below 1, not %s and %s"
                    .formatted(settings.goneBelow(), settings.leaveAbove()));
        }
        if (settings.silence().compareTo(LEAST_SILENCE) < 0) {
            wrong.add("ballast.degradation.silence must be at least %s, not %s"
                    .formatted(LEAST_SILENCE, settings.silence()));
        }
        if (settings.warmUp().isNegative() || settings.forgetAfter().isNegative()) {
            wrong.add("ballast.degradation.warm-up and forget-after must not be below 0: %s, %s"
                    .formatted(settings.warmUp(), settings.forgetAfter()));
        }
        if (settings.minimumVolume() < 1) {
            wrong.add("ballast.degradation.minimum-volume must be at least 1, not " + settings.minimumVolume());
        }
        Map<String, Duration> times = new TreeMap<>(Map.of(
                "slow-after", settings.slowAfter(),
                "late-after", settings.lateAfter(),
                "excuse", settings.excuse(),
                "rehearse-every", settings.rehearseEvery()));
        settings.slow().forEach((name, after) -> times.put("slow." + name, after));
        times.forEach((key, time) -> {
            if (time.toMillis() < 1) {
                wrong.add("ballast.degradation.%s must be at least PT0.001S, not %s".formatted(key, time));
            }
        });
        return wrong;
    }
}
