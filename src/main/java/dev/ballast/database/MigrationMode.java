package dev.ballast.database;

import java.util.Arrays;
import java.util.Optional;

/// Who brings the schema up to date.
enum MigrationMode {
    /// Each process as it starts; those that start together take turns.
    AT_START,
    /// This process, which does nothing else and ends: a step of a release that comes before its pods.
    ONLY,
    /// Somebody else: this process changes nothing and is not ready until the schema has all that it needs.
    NEVER;

    /// As the setting names it.
    static Optional<MigrationMode> named(String name) {
        return Arrays.stream(values()).filter(mode -> mode.key().equals(name)).findFirst();
    }

    String key() {
        return switch (this) {
            case AT_START -> "at-start";
            case ONLY -> "only";
            case NEVER -> "never";
        };
    }
}
