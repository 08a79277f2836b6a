package dev.ballast.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Every server can be killed and comes back on the same port with what it had promised to keep.
class StackIT {
    private final Stack stack = Stack.shared();
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void heal() {
        stack.heal();
    }

    @Test
    void freshDatabase_isMigratedAndSeeded() throws SQLException {
        assertTrue(number("SELECT count(*) FROM users") >= 10_000);
        assertEquals("Edsger Haddad pro EUR 1000000", text("""
                SELECT concat_ws(' ', name, plan, currency, balance)
                FROM users JOIN accounts ON user_id = id WHERE id = 1"""), "the seed is fixed");
    }

    @Test
    void postgresKilled_keepsCommittedRows() throws SQLException {
        execute("CREATE TABLE IF NOT EXISTS survivors (id int)");
        long before = number("SELECT count(*) FROM survivors");
        execute("INSERT INTO survivors VALUES (1)");
        long pid = stack.status(Server.POSTGRES).pid();

        Status killed = stack.kill(Server.POSTGRES);
        assertThrows(SQLException.class, stack::sql);
        assertEquals(137, killed.exitCode());
        stack.start(Server.POSTGRES);

        assertEquals(before + 1, number("SELECT count(*) FROM survivors"));
        assertFalse(Processes.lives(pid));
        assertEquals(
                Long.toString(stack.status(Server.POSTGRES).pid()),
                stack.environment().get("POSTGRES_PID"));
    }

    @Test
    void kafkaKilled_keepsAcknowledgedRecords() throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", stack.kafkaBootstrap(), "acks", "all");
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            var sent = producer.send(new ProducerRecord<>("survivors", 0, "key", "value"))
                    .get();
            stack.kill(Server.KAFKA);
            stack.start(Server.KAFKA);
            assertEquals("value", recordAt(sent.offset()));
        }
    }

    @Test
    void redisKilled_comesBackWithTheLastSnapshot() throws IOException {
        assertEquals("+OK", redis("SET survivor saved"));
        assertEquals("+OK", redis("SAVE"));
        assertEquals("+OK", redis("SET survivor lost"));
        stack.kill(Server.REDIS);
        stack.start(Server.REDIS);
        assertEquals("$5", redis("GET survivor"));
    }

    @Test
    void redisPaused_takesConnectionsAndAnswersNothing() throws IOException {
        stack.pause(Server.REDIS);
        assertThrows(IOException.class, () -> redis("PING"));
        stack.resume(Server.REDIS);
        assertEquals("+PONG", redis("PING"));
    }

    @Test
    void recommendations_misbehaveAsTold() throws Exception {
        assertTrue(recommendations().body().startsWith("{\"userId\":7,\"items\":[{\"id\":\"item-"));
        stack.recommendations(Fault.status(500));
        assertEquals(500, recommendations().statusCode());
        stack.recommendations(Fault.of(Fault.Kind.REFUSE));
        assertThrows(IOException.class, this::recommendations);
        stack.recommendations(Fault.of(Fault.Kind.HANG));
        assertThrows(HttpTimeoutException.class, this::recommendations);
        stack.recommendations(Fault.of(Fault.Kind.NONE));
        assertEquals(200, recommendations().statusCode());
    }

    @Test
    void podKilled_saysSoAndStartsAgainOnTheSamePort() throws Exception {
        try (Pod pod = stack.pod("killed").start()) {
            pod.kill();
            assertEquals(OptionalInt.of(137), pod.awaitEnd(Duration.ofSeconds(5)));
            pod.start();
            URI ready = URI.create(pod.url() + "/q/health/ready");
            assertEquals(
                    200,
                    http.send(HttpRequest.newBuilder(ready).build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode());
        }
    }

    private HttpResponse<String> recommendations() throws IOException, InterruptedException {
        URI uri = URI.create(stack.recommendationsUrl() + "/recommendations/7");
        HttpRequest request =
                HttpRequest.newBuilder(uri).timeout(Duration.ofMillis(500)).build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private String recordAt(long offset) {
        Map<String, Object> settings = Map.of("bootstrap.servers", stack.kafkaBootstrap());
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            TopicPartition partition = new TopicPartition("survivors", 0);
            consumer.assign(List.of(partition));
            consumer.seek(partition, offset);
            return consumer.poll(Duration.ofSeconds(20)).iterator().next().value();
        }
    }

    /// The first line of Redis' answer.
    private String redis(String command) throws IOException {
        URI uri = URI.create(stack.redisUrl());
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(500);
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            byte[] answer = new byte[64];
            int length = socket.getInputStream().read(answer);
            return new String(answer, 0, length, StandardCharsets.US_ASCII)
                    .lines()
                    .findFirst()
                    .orElseThrow();
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = stack.sql();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long number(String sql) throws SQLException {
        return Long.parseLong(text(sql));
    }

    private String text(String sql) throws SQLException {
        try (Connection connection = stack.sql();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }
}
