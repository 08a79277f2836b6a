package dev.ballast.tracing;

import dev.ballast.problem.InvalidSettings;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/// Chooses the sampler by its standard name when the service starts; the extension itself would when it is built.
@Singleton
class Sampling {
    private static final String BY_PARENT = "parentbased_";

    @Produces
    @Singleton
    Sampler sampler(SamplingSettings settings) {
        InvalidSettings.refuse(problems(settings));
        return of(settings);
    }

    static Sampler of(SamplingSettings settings) {
        String name = settings.sampler();
        String root = name.startsWith(BY_PARENT) ? name.substring(BY_PARENT.length()) : name;
        double ratio =
                switch (root) {
                    case "always_on" -> 1;
                    case "always_off" -> 0;
                    default -> settings.ratio();
                };
        Sampler usual = name.equals(root)
                ? Sampler.traceIdRatioBased(ratio)
                : Sampler.parentBased(Sampler.traceIdRatioBased(ratio));
        return new CallSampler(
                settings.followCallers()
                        ? usual
                        : new EdgeSampler(
                                usual, ratio, () -> ThreadLocalRandom.current().nextDouble()));
    }

    static List<String> problems(SamplingSettings settings) {
        String root = settings.sampler().replaceFirst("^" + BY_PARENT, "");
        if (!List.of("always_on", "always_off", "traceidratio").contains(root)) {
            return List.of("ballast.tracing.sampling.sampler (OTEL_TRACES_SAMPLER) is " + settings.sampler()
                    + ": always_on, always_off or traceidratio, or one of them after parentbased_");
        }
        if (!(settings.ratio() >= 0 && settings.ratio() <= 1)) {
            return List.of("ballast.tracing.sampling.ratio (OTEL_TRACES_SAMPLER_ARG) is " + settings.ratio()
                    + ": from 0 to 1");
        }
        return List.of();
    }
}
