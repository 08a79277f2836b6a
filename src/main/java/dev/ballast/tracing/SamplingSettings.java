package dev.ballast.tracing;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/// Which traces are kept.
@ConfigMapping(prefix = "ballast.tracing.sampling")
interface SamplingSettings {
    /// One of the standard's: `always_on`, `always_off`, `traceidratio`, and with `parentbased_` before it, which goes
    /// on as the caller decided. Parent-based, because half a trace explains nothing.
    @WithDefault("parentbased_traceidratio")
    String sampler();

    /// The part of the traces that `traceidratio` keeps, from 0 to 1. 1: a small installation keeps them all.
    @WithDefault("1.0")
    double ratio();

    /// Whether the sampling flag of an HTTP caller counts. False where anyone may call: by the flag a stranger could
    /// have each of its requests recorded, or none. Then this service decides by itself, and continues
    /// the trace as ever.
    @WithDefault("true")
    boolean followCallers();
}
