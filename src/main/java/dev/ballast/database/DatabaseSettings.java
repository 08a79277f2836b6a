package dev.ballast.database;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Settings of the door to PostgreSQL.
@ConfigMapping(prefix = "ballast.database")
interface DatabaseSettings {
    /// How long a statement or a whole transaction may take, waiting for a connection included. Longer
    /// than any statement of the service needs, shorter than a client's patience.
    @WithDefault("PT3S")
    Duration timeout();

    /// The longest pause between two attempts to reach the database at start.
    @WithDefault("PT2S")
    Duration startRetry();

    /// Who brings the schema up to date: `at-start`, each pod as it starts; `only`, this process, which then ends;
    /// `never`, somebody else, for whom this pod waits. At the start, as one service by itself needs no second
    /// step.
    @WithDefault("at-start")
    String migration();

    /// How long a process that is to migrate `only` tries to reach PostgreSQL until it ends with an error. Long enough
    /// for a failover, short enough that whoever waits for the release hears of it. A migration that runs is not
    /// cut off by it.
    @WithDefault("PT1M")
    Duration reachLimit();

    static List<String> problems(DatabaseSettings settings) {
        List<String> problems = new ArrayList<>();
        if (MigrationMode.named(settings.migration()).isEmpty()) {
            problems.add("ballast.database.migration (BALLAST_DATABASE_MIGRATION) is " + settings.migration()
                    + ": at-start, only or never");
        }
        if (!settings.reachLimit().isPositive()) {
            problems.add("ballast.database.reach-limit is " + settings.reachLimit() + ": above 0");
        }
        return problems;
    }
}
