package dev.ballast.database;

import java.util.List;
import org.flywaydb.core.api.MigrationState;

/// The schema is not yet what this version needs. What a newer version has added does not matter: during a rolling
/// upgrade the old one runs on it.
final class SchemaLacks extends RuntimeException {
    /// A migration that this version brings or that the schema has had.
    record Step(String version, MigrationState state) {}

    SchemaLacks(List<String> versions) {
        super("it lacks migrations " + String.join(", ", versions) + ", which a process with "
                + "ballast.database.migration=" + MigrationMode.ONLY.key() + " makes");
    }

    /// The versions of the migrations that this version brings and the schema has not had, or not as a whole.
    static List<String> of(List<Step> steps) {
        return steps.stream()
                .filter(step -> isLacking(step.state()))
                .map(Step::version)
                .toList();
    }

    private static boolean isLacking(MigrationState state) {
        return switch (state) {
            // not of this version's schema: what was there before Flyway, and scripts that are not run forwards
            case BELOW_BASELINE, BASELINE_IGNORED, AVAILABLE -> false;
            default -> state.isResolved() && (!state.isApplied() || state.isFailed());
        };
    }
}
