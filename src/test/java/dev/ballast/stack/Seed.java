package dev.ballast.stack;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;

/// Brings the database of a fresh PostgreSQL to where pods and tests begin: created, migrated with the service's own
/// scripts, and filled with 10,000 users, their accounts and 50 popular items, the same ones every time.
final class Seed {
    private final PostgresEngine postgres;

    Seed(PostgresEngine postgres) {
        this.postgres = postgres;
    }

    void sow() {
        try {
            createDatabase();
            migrate();
            fill();
        } catch (SQLException | IOException e) {
            throw new StackFailure("the database cannot be set up: " + e.getMessage(), e);
        }
    }

    private void createDatabase() throws SQLException {
        try (Connection connection = postgres.connect("postgres");
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(
                        "SELECT 1 FROM pg_database WHERE datname = '" + PostgresEngine.NAME + "'")) {
            if (!found.next()) {
                statement.execute("CREATE DATABASE " + PostgresEngine.NAME);
            }
        }
    }

    private void migrate() {
        String url = "jdbc:" + postgres.url();
        Flyway.configure()
                .dataSource(url, PostgresEngine.NAME, PostgresEngine.NAME)
                .locations("classpath:db/migration")
                .load()
                .migrate();
    }

    private void fill() throws SQLException, IOException {
        try (Connection connection = postgres.connect(PostgresEngine.NAME);
                Statement statement = connection.createStatement();
                InputStream script = Seed.class.getResourceAsStream("/stack/seed.sql")) {
            connection.setAutoCommit(false);
            statement.execute(new String(script.readAllBytes(), StandardCharsets.UTF_8));
            connection.commit();
        }
    }
}
