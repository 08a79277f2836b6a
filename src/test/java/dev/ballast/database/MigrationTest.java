package dev.ballast.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.database.SchemaLacks.Step;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.flywaydb.core.api.MigrationState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who migrates, and when a schema is enough for who does not.
class MigrationTest {
    @ParameterizedTest
    @ValueSource(strings = {"at-start", "only", "never"})
    void problems_knownMode_none(String mode) {
        assertEquals(List.of(), DatabaseSettings.problems(new Settings(mode, Duration.ofSeconds(1))));
        assertEquals(Optional.of(mode), MigrationMode.named(mode).map(MigrationMode::key));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Never", "at_start", "always"})
    void problems_anotherMode_namesTheKeyAndWhatIsAllowed(String mode) {
        String problem = DatabaseSettings.problems(new Settings(mode, Duration.ofSeconds(1)))
                .getFirst();
        assertEquals(
                "ballast.database.migration (BALLAST_DATABASE_MIGRATION) is " + mode + ": at-start, only or never",
                problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S"})
    void problems_noTimeToReachIt_areNamed(String limit) {
        List<String> problems = DatabaseSettings.problems(new Settings("only", Duration.parse(limit)));
        assertEquals(List.of("ballast.database.reach-limit is " + limit + ": above 0"), problems);
    }

    @Test
    void lacks_appliedAndNewerOnes_nothing() {
        assertEquals(
                List.of(),
                SchemaLacks.of(List.of(
                        new Step("1", MigrationState.SUCCESS),
                        new Step("2", MigrationState.OUT_OF_ORDER),
                        new Step("3", MigrationState.FUTURE_SUCCESS),
                        new Step("4", MigrationState.FUTURE_FAILED))));
    }

    @Test
    void lacks_pendingAndFailedOnes_namesThemInTurn() {
        List<String> lacking = SchemaLacks.of(List.of(
                new Step("1", MigrationState.SUCCESS),
                new Step("7", MigrationState.IGNORED),
                new Step("10", MigrationState.FAILED),
                new Step("11", MigrationState.PENDING)));
        assertEquals(List.of("7", "10", "11"), lacking);
        assertTrue(new SchemaLacks(lacking).getMessage().startsWith("it lacks migrations 7, 10, 11,"));
    }

    /// Whatever state Flyway may add is one that somebody decides about.
    @Test
    void lacks_everyState_isDecided() {
        Set<MigrationState> lacking = Arrays.stream(MigrationState.values())
                .filter(state -> !SchemaLacks.of(List.of(new Step("1", state))).isEmpty())
                .collect(Collectors.toSet());
        assertEquals(
                EnumSet.of(
                        MigrationState.PENDING,
                        MigrationState.ABOVE_TARGET,
                        MigrationState.IGNORED,
                        MigrationState.FAILED),
                lacking);
    }

    private record Settings(String migration, Duration reachLimit) implements DatabaseSettings {
        @Override
        public Duration timeout() {
            return Duration.ofSeconds(1);
        }

        @Override
        public Duration startRetry() {
            return Duration.ofSeconds(1);
        }
    }
}
