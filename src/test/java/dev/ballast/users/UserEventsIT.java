package dev.ballast.users;

import static dev.ballast.payments.PaymentCalls.as;
import static dev.ballast.payments.PaymentCalls.service;
import static dev.ballast.payments.PaymentCalls.soon;
import static dev.ballast.payments.PaymentCalls.user;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.payments.PaymentCalls;
import dev.ballast.stack.Stack;
import dev.ballast.stack.StackResource;
import dev.ballast.stack.Tokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The second consumer: a handler and a few lines of configuration.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class UserEventsIT {
    Stack stack;

    @Test
    void event_ofAnotherPlan_changesTheUserAndTheCacheForgets() {
        long user = user(0);
        service().get("/users/" + user).then().body("plan", equalTo("pro"));

        send(user, "{\"eventId\":\"e-1\",\"userId\":%d,\"plan\":\"enterprise\"}".formatted(user));

        soon().until(() -> service().get("/users/" + user).jsonPath().getString("plan"), equalTo("enterprise"));
        assertTrue(service().get("/users/" + user).jsonPath().getInt("version") == 2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "not json|not-json",
                "{\"userId\":1}|invalid-event",
                "{\"userId\":\"x\",\"plan\":\"pro\"}|invalid-event",
                "{\"userId\":2,\"plan\":\"pro\"}|key-mismatch",
                "{\"userId\":987654321,\"plan\":\"pro\"}|unknown-user",
                "{\"userId\":987654321,\"plan\":\"gold\"}|invalid-event"
            })
    void event_thatIsPoison_isADeadLetterThatSaysWhy(String value, String reason) {
        send(value.contains("987654321") ? 987_654_321 : 1, value);

        soon().until(() -> PaymentCalls.deadLetters(stack, "user-events_dlq").stream()
                .filter(letter -> Arrays.equals(value.getBytes(UTF_8), letter.value()))
                .anyMatch(letter -> reason(letter).startsWith(reason)));
    }

    @Test
    void event_thatDied_isInTheIndexAndItsReplayChangesTheUser() {
        long user = user(0);
        String event = "{\"eventId\":\"e-2\",\"userId\":%d,\"plan\":\"enterprise\"}".formatted(user);
        changed(user, "DELETE FROM users WHERE id = " + user + " RETURNING id");
        send(user, event);
        String id = soon().until(() -> indexed(user), Optional::isPresent).orElseThrow();
        changed(
                user,
                "INSERT INTO users (id, name, email, plan) VALUES (%1$d, 'Back', '%1$d@example.org', 'free') RETURNING id"
                        .formatted(user));

        as(Tokens.operator())
                .post("/ops/dead-letters/{id}/replay", id)
                .then()
                .statusCode(200)
                .body("status", equalTo("REPLAYED"));

        soon().until(() -> service().get("/users/" + user).jsonPath().getString("plan"), equalTo("enterprise"));
    }

    private Optional<String> indexed(long user) {
        return as(Tokens.operator())
                .get("/ops/dead-letters?topic=user-events&status=OPEN&error=unknown-user&limit=500")
                .jsonPath()
                .<String>getList("letters.id")
                .stream()
                .filter(id -> as(Tokens.operator())
                        .get("/ops/dead-letters/{id}", id)
                        .jsonPath()
                        .getString("key.data")
                        .equals(Long.toString(user)))
                .findFirst();
    }

    /// Past the service, whose caches hear of it by the triggers.
    private void changed(long user, String change) {
        try (Connection sql = stack.sql();
                Statement statement = sql.createStatement();
                ResultSet row = statement.executeQuery(change)) {
            row.next();
            assertEquals(user, row.getLong(1));
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private void send(long key, String value) {
        PaymentCalls.send(stack, "user-events", Long.toString(key).getBytes(UTF_8), List.of(value.getBytes(UTF_8)));
    }

    private static String reason(ConsumerRecord<byte[], byte[]> letter) {
        return new String(letter.headers().lastHeader("dead-letter-reason").value(), UTF_8);
    }
}
