package dev.ballast.users;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ballast.kafka.InboundRecord;
import dev.ballast.messaging.Outcome;
import io.smallrye.mutiny.Uni;
import io.vertx.pgclient.PgException;
import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UserEventsTest {
    private static final String EVENT = "{\"eventId\":\"e-1\",\"userId\":7,\"plan\":\"pro\"}";

    @ParameterizedTest
    @ValueSource(strings = {"25006", "40P01", "40001", "57014", "57P01", "42P01"})
    void event_databaseInAStateThatPasses_waitsForIt(String sqlState) {
        assertInstanceOf(Outcome.Later.class, handled("7", EVENT, failing(sqlState)));
    }

    @Test
    void event_dataTheDatabaseCannotTake_isAFailedAttempt() {
        assertThrows(PgException.class, () -> handled("7", EVENT, failing("23514")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"7||null-value", "|" + EVENT + "|null-key", "8|" + EVENT + "|key-mismatch"})
    void event_thatIsPoison_saysWhy(String key, String value, String reason) {
        Outcome.Poison poison = assertInstanceOf(Outcome.Poison.class, handled(key, value, failing("00000")));

        assertEquals(reason, poison.reason());
    }

    private static UserEvents failing(String sqlState) {
        return new UserEvents((_, _) -> Uni.createFrom().failure(new PgException("m", "ERROR", sqlState, "d")));
    }

    private static Outcome handled(String key, String value, UserEvents events) {
        return events.handle(InboundRecord.of(new ConsumerRecord<>("user-events", 0, 0, bytes(key), bytes(value))))
                .await()
                .atMost(Duration.ofSeconds(1));
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(UTF_8);
    }
}
