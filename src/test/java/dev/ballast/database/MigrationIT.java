package dev.ballast.database;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.ballast.stack.Stack;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The schema as a step of its own, by processes of the packaged service on a real PostgreSQL with a database and a
/// role of its own. The processes that migrate have nothing but what the Job gives them, in the production profile.
class MigrationIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String ROLE = "migration_it";
    private static final String PASSWORD = "a password of its own";
    private static final long MIGRATIONS = migrations();

    private final Stack stack = Stack.shared();
    private String database = "";

    @TempDir
    Path directory;

    private ServiceProcesses processes;

    @BeforeEach
    void createDatabase() throws SQLException {
        assumeFalse(Boolean.getBoolean("ballast.native"), "starts the jar, with options of its own");
        processes = new ServiceProcesses(directory);
        database = "migration_" + Long.toString(System.nanoTime(), 36);
        owner("DO $$ BEGIN CREATE ROLE " + ROLE + " LOGIN PASSWORD '" + PASSWORD
                + "'; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
        owner("CREATE DATABASE " + database + " OWNER " + ROLE);
    }

    @AfterEach
    void dropDatabase() throws SQLException {
        processes.close();
        owner("DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
    }

    @Test
    void never_emptySchema_waitsUntilOnlyHasRun() throws Exception {
        ServiceProcesses.Running pod = processes.start("pod", pod());
        await().atMost(PATIENCE).until(() -> pod.get("/q/health/ready").contains("it lacks migrations 1, 2,"));
        assertTrue(pod.get("/q/health/ready").startsWith("503"));
        assertTrue(pod.get("/q/health/started").startsWith("200"));
        assertTrue(pod.get("/q/health/live").startsWith("200"));
        assertTrue(pod.log().contains("not ready, waiting: it lacks migrations 1, 2,"), pod.log());
        assertEquals(0, count("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));

        ServiceProcesses.Running job = processes.start("job", job(url()));
        assertEquals(0, job.end(PATIENCE), job.log());
        assertTrue(job.log().contains(MIGRATIONS + " migrations applied"), job.log());
        assertFalse(job.log().contains("Listening on"), job.log());

        await().atMost(PATIENCE).until(() -> pod.get("/q/health/ready").startsWith("200"));
        assertTrue(pod.log().contains("Schema has all that is needed"), pod.log());
        assertEquals(1, pod.log().split("it lacks migrations").length - 1, pod.log());
        assertFalse(pod.log().contains("flyway_schema_history"), pod.log());
    }

    /// Such a password is refused whatever the process is to do.
    @Test
    void only_wellKnownPassword_isRefusedBeforeItConnects() throws Exception {
        Map<String, String> environment = job(url());
        environment.put("POSTGRES_PASSWORD", "ballast");
        ServiceProcesses.Running job = processes.start("job", environment);
        assertEquals(1, job.end(PATIENCE), job.log());
        assertTrue(job.log().contains("POSTGRES_PASSWORD is missing or a well-known default"), job.log());
        assertFalse(job.log().contains("SchemaMigration"), job.log());
    }

    @Test
    void only_twoAtOnce_bothEndWell() throws Exception {
        ServiceProcesses.Running first = processes.start("first", job(url()));
        ServiceProcesses.Running second = processes.start("second", job(url()));
        assertEquals(0, first.end(PATIENCE), first.log());
        assertEquals(0, second.end(PATIENCE), second.log());
        assertEquals(MIGRATIONS, count("SELECT count(*) FROM flyway_schema_history WHERE success"));
    }

    @Test
    void start_anotherMode_isRefusedByName() throws Exception {
        Map<String, String> environment = job(url());
        environment.put("BALLAST_DATABASE_MIGRATION", "sometimes");
        ServiceProcesses.Running job = processes.start("job", environment);
        assertEquals(1, job.end(PATIENCE), job.log());
        assertTrue(job.log().contains("BALLAST_DATABASE_MIGRATION) is sometimes: at-start, only or never"), job.log());
    }

    @Test
    void only_nobodyListens_endsWithTheReason() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        assertEndsUnreached(free);
    }

    /// It accepts connections, as a server that was stopped does, and never says a word.
    @Test
    void only_silentServer_endsWithTheReason() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            assertEndsUnreached(silent.getLocalPort());
        }
    }

    /// That is no matter of time: it ends at once, whatever the limit is.
    @Test
    void only_foreignSchema_endsWithTheReason() throws Exception {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE users (of_somebody_else text)");
        }
        ServiceProcesses.Running job = processes.start("job", job(url()));
        assertEquals(2, job.end(PATIENCE), job.log());
        assertTrue(
                job.log().lines().anyMatch(line -> line.contains("The schema was not migrated: Found non-empty")),
                job.log());
    }

    /// The newest migration is made to run again, and meets what it made before.
    @Test
    void only_migrationThatFails_endsWithTheReason() throws Exception {
        ServiceProcesses.Running first = processes.start("first", job(url()));
        assertEquals(0, first.end(PATIENCE), first.log());
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM flyway_schema_history"
                    + " WHERE installed_rank = (SELECT max(installed_rank) FROM flyway_schema_history)");
        }
        ServiceProcesses.Running job = processes.start("job", job(url()));
        assertEquals(2, job.end(PATIENCE), job.log());
        assertTrue(
                job.log()
                        .lines()
                        .anyMatch(line -> line.contains("The schema was not migrated: ") && line.contains("exists")),
                job.log());
    }

    private void assertEndsUnreached(int port) throws Exception {
        Map<String, String> environment = job("postgresql://localhost:" + port + "/ballast");
        environment.put("BALLAST_DATABASE_REACH_LIMIT", "PT2S");
        ServiceProcesses.Running job = processes.start("job", environment);
        assertEquals(1, job.end(PATIENCE), job.log());
        List<String> reasons = job.log()
                .lines()
                .filter(line -> line.contains("The schema was not migrated: "))
                .toList();
        assertEquals(1, reasons.size(), job.log());
        assertTrue(
                reasons.getFirst().contains("jdbc:postgresql://localhost:" + port + "/ballast (set by POSTGRES_URL)"),
                reasons.getFirst());
    }

    /// What the Job's manifest and the ConfigMap set, but for the database's address.
    private Map<String, String> job(String url) {
        Map<String, String> environment = new TreeMap<>(ServiceProcesses.environmentOfTheJob());
        environment.putAll(Map.of("POSTGRES_URL", url, "POSTGRES_USER", ROLE, "POSTGRES_PASSWORD", PASSWORD));
        return environment;
    }

    private Map<String, String> pod() {
        Map<String, String> environment = new TreeMap<>(stack.addresses());
        environment.putAll(Map.of("POSTGRES_URL", url(), "POSTGRES_USER", ROLE, "POSTGRES_PASSWORD", PASSWORD));
        environment.put("QUARKUS_PROFILE", "local");
        environment.put("QUARKUS_DATASOURCE_PASSWORD", PASSWORD); // or it is the local profile's
        environment.put("BALLAST_DATABASE_MIGRATION", "never");
        return environment;
    }

    private String url() {
        return stack.postgresUrl().replaceFirst("/[^/]*$", "/" + database);
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:" + url(), ROLE, PASSWORD);
    }

    private long count(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private void owner(String sql) throws SQLException {
        try (Connection connection = stack.sql();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long migrations() {
        try (var files = Files.list(Path.of("src/main/resources/db/migration"))) {
            return files.count();
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }
}
