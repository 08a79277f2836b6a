package dev.ballast.security;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.Pod;
import dev.ballast.stack.Ports;
import dev.ballast.stack.RedisConsole;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// A pod on a PostgreSQL that takes nobody without TLS, and on Redis by its TLS port; it logs in as the next of two
/// roles and with the next of two passwords, as it does while they are changed, and reads its keys from a set.
/// The settings are those of the README, by the names of the environment.
@EnabledIfSystemProperty(named = "ballast.soak", matches = ".+")
class TlsIT {
    private static final Stack STACK = Stack.apart("payments");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final KeyServer KEYS = new KeyServer(1);
    private static final KeyServer.Key OLD = KeyServer.Key.make("old");
    private static final KeyServer.Key NEXT = KeyServer.Key.make("next");
    private static final String UNTRUSTED = "unable to find valid certification path to requested target";
    private static final String SECRET = "of-this-test-alone";

    private static Certificate ours;
    private static Certificate others;
    private static Path data;
    private static String formerAccess;
    private static int redisPort;
    private static Pod pod;

    @BeforeAll
    static void startPod() throws Exception {
        Path directory = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "tls-");
        ours = Certificate.make(directory.resolve("ours"));
        others = Certificate.make(directory.resolve("others"));
        KEYS.publish(OLD);
        securePostgres();
        secureRedis();
        pod = secured("tls", ours.file()).start();
    }

    @AfterAll
    static void undo() throws Exception {
        if (pod != null) {
            pod.close();
        }
        KEYS.close();
        RedisConsole.once(STACK.redisUrl(), "CONFIG", "SET", "tls-port", "0");
        RedisConsole.once(STACK.redisUrl(), "ACL", "DELUSER", "ballast");
        Files.writeString(data.resolve("pg_hba.conf"), formerAccess);
        sql("ALTER SYSTEM RESET ssl", "SELECT pg_reload_conf()", "DROP ROLE ballast_next");
    }

    @Test
    void postgres_everyConnectionOfTheServiceIsEncrypted() throws SQLException {
        assertThrows(
                SQLException.class,
                () -> DriverManager.getConnection(
                        "jdbc:" + STACK.postgresUrl() + "?sslmode=disable", "ballast_next", SECRET));

        given().header("Authorization", "Bearer " + token(OLD))
                .contentType("application/json")
                .body("{\"name\":\"Over TLS\",\"email\":\"tls@example.org\",\"plan\":\"pro\"}")
                .put(pod.url() + "/users/2")
                .then()
                .statusCode(200);

        List<String> connections = rows("""
            SELECT DISTINCT application_name || ' ' || ssl
            FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE usename = 'ballast_next' ORDER BY 1\
            """);
        assertEquals(
                List.of("ballast-probe true", "vertx-pg-client true"),
                connections.stream()
                        .filter(c -> !c.startsWith("PostgreSQL JDBC"))
                        .sorted()
                        .toList(),
                "of the probe and the pool; Flyway, which has migrated, may have closed its own");
        assertTrue(connections.stream().allMatch(c -> c.endsWith(" true")), connections.toString());
    }

    @Test
    void redis_everyConnectionOfTheServiceIsEncrypted() {
        String clients = RedisConsole.once(STACK.redisUrl(), "CLIENT", "LIST");
        List<String> own = clients.lines()
                .filter(client -> client.contains(" user=ballast "))
                .toList();
        assertFalse(own.isEmpty(), clients);
        assertTrue(own.stream().allMatch(client -> client.contains(" laddr=127.0.0.1:" + redisPort + " ")), clients);
        assertEquals(
                "PONG", RedisConsole.once(STACK.redisUrl(), "PING"), "its other port is for this test, not the pod's");
        given().get(pod.url() + "/q/health/well")
                .then()
                .body("checks.find { it.name == 'dependencies' }.data.redis", equalTo("up"));
    }

    @Test
    void postgres_certificateNobodyTrusts_isRefusedUntilTheRightOneIsBack() throws Exception {
        certify(others);
        sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'ballast_next'");
        await().atMost(PATIENCE).until(() -> account() == 503);
        await().atMost(PATIENCE).until(() -> log(pod).contains("PostgreSQL at postgresql://localhost"));

        certify(ours);
        await().atMost(PATIENCE).until(() -> account() == 200);
    }

    @Test
    void start_trustingAnotherCertificate_isNotReadyAndSaysWhy() throws IOException {
        int port = Ports.anyFree();
        try (Pod wrong = secured("tls-wrong", others.file()).port(port)) {
            var _ = CompletableFuture.supplyAsync(wrong::start);
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() ->
                            log(wrong).contains("POSTGRES_URL") && log(wrong).contains("REDIS_URL"));
            assertEquals(
                    503,
                    given().get("http://localhost:" + port + "/q/health/ready").statusCode());
            for (String server :
                    List.of("PostgreSQL at jdbc:postgresql://localhost", "Redis at localhost:" + redisPort)) {
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertTrue(
                                log(wrong).lines().anyMatch(line -> line.contains(server) && line.contains(UNTRUSTED)),
                                server));
            }
        }
    }

    @Test
    void keys_nextOneJoinsAndTheOldOneLeaves_tokensGoOn() {
        assertEquals(200, user(token(OLD)));
        KEYS.publish(OLD, NEXT);
        await().atMost(PATIENCE).until(() -> user(token(NEXT)) == 200);
        assertEquals(200, user(token(OLD)));

        KEYS.publish(NEXT);
        await().atMost(PATIENCE).until(() -> user(token(OLD)) == 401);
        assertEquals(200, user(token(NEXT)));
        KEYS.publish(OLD, NEXT); // for the other tests
        await().atMost(PATIENCE).until(() -> user(token(OLD)) == 200);
    }

    private static Pod secured(String name, Path trusted) {
        return STACK.pod(name)
                .environment("POSTGRES_URL", STACK.postgresUrl() + "?sslmode=verify-full")
                .environment("POSTGRES_USER", "ballast_next")
                .environment("QUARKUS_DATASOURCE_PASSWORD", SECRET) // POSTGRES_PASSWORD but for the local profile's own
                .environment("QUARKUS_DATASOURCE_JDBC_ADDITIONAL_JDBC_PROPERTIES_SSLROOTCERT", trusted.toString())
                .environment("QUARKUS_DATASOURCE_REACTIVE_TRUST_CERTIFICATE_PEM", "true")
                .environment("QUARKUS_DATASOURCE_REACTIVE_TRUST_CERTIFICATE_PEM_CERTS", trusted.toString())
                .environment("QUARKUS_DATASOURCE_REACTIVE_HOSTNAME_VERIFICATION_ALGORITHM", "HTTPS")
                .environment("REDIS_URL", "rediss://localhost:" + redisPort + "?user=ballast")
                .environment("QUARKUS_REDIS_PASSWORD", SECRET)
                .environment("QUARKUS_REDIS_TLS_TRUST_CERTIFICATE_PEM", "true")
                .environment("QUARKUS_REDIS_TLS_TRUST_CERTIFICATE_PEM_CERTS", trusted.toString())
                .environment("QUARKUS_REDIS_TLS_HOSTNAME_VERIFICATION_ALGORITHM", "HTTPS")
                .environment("MP_JWT_VERIFY_PUBLICKEY_LOCATION", KEYS.url());
    }

    private static void securePostgres() throws Exception {
        data = Path.of(rows("SHOW data_directory").getFirst());
        formerAccess = Files.readString(data.resolve("pg_hba.conf"));
        Files.writeString(data.resolve("pg_hba.conf"), "hostssl all all 127.0.0.1/32 scram-sha-256\n");
        sql(
                "CREATE ROLE ballast_next LOGIN IN ROLE ballast PASSWORD '" + SECRET + "'",
                "ALTER ROLE ballast_next SET role = ballast",
                "ALTER SYSTEM SET ssl = on");
        certify(ours);
    }

    /// Shows this certificate to whoever connects from now on.
    private static void certify(Certificate shown) throws Exception {
        Files.copy(shown.file(), data.resolve("server.crt"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(
                shown.key(),
                data.resolve("server.key"),
                StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.COPY_ATTRIBUTES);
        sql("SELECT pg_reload_conf()");
    }

    private static void secureRedis() throws IOException {
        redisPort = Ports.anyFree();
        try (RedisConsole console = new RedisConsole(STACK.redisUrl())) {
            console.call("CONFIG", "SET", "tls-auth-clients", "no");
            console.call("CONFIG", "SET", "tls-cert-file", ours.file().toString());
            console.call("CONFIG", "SET", "tls-key-file", ours.key().toString());
            console.call("CONFIG", "SET", "tls-ca-cert-file", ours.file().toString());
            console.call("CONFIG", "SET", "tls-port", Integer.toString(redisPort));
            console.call("ACL", "SETUSER", "ballast", "on", ">former", ">" + SECRET, "~*", "&*", "+@all");
        }
    }

    /// Answers from PostgreSQL alone.
    private static int account() {
        return get("/accounts/1", token(OLD));
    }

    private static int user(String token) {
        return get("/users/1", token);
    }

    private static int get(String path, String token) {
        return given().header("Authorization", "Bearer " + token)
                .get(pod.url() + path)
                .statusCode();
    }

    private static String token(KeyServer.Key key) {
        return Tokens.as("service")
                .subject("tls")
                .signedWith(key.pair().getPrivate(), key.id())
                .sign();
    }

    private static void sql(String... statements) throws SQLException {
        try (Connection connection = STACK.sql();
                Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }

    private static List<String> rows(String query) throws SQLException {
        try (Connection connection = STACK.sql();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> all = new ArrayList<>();
            while (rows.next()) {
                all.add(rows.getString(1));
            }
            return all;
        }
    }

    private static String log(Pod of) {
        try {
            return Files.readString(Path.of(of.status().log()));
        } catch (IOException unreadable) {
            return "";
        }
    }
}
