package dev.ballast.cache;

import io.quarkus.runtime.annotations.RegisterForReflection;

/// What a warm-up found. Keys that were in memory already are in `requested` only.
///
/// @param requested distinct keys asked for
/// @param fromL2 values taken from Redis
/// @param fromOrigin values loaded
/// @param missing keys that have no value
/// @param tookMs wall-clock time in milliseconds
@RegisterForReflection
public record WarmUp(int requested, int fromL2, int fromOrigin, int missing, long tookMs) {}
