package dev.ballast.database;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

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
}
