package dev.ballast.cache;

import java.util.Locale;

/// Where an answer came from.
public enum Tier {
    /// This pod's memory.
    L1,
    /// Redis.
    L2,
    /// The loader.
    ORIGIN;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
