package dev.ballast.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordIdTest {
    @Test
    void parse_textOfAnId_isThatId() {
        RecordId id = new RecordId("user-events-2", 3, 1_234_567_890_123L);

        assertEquals(id, RecordId.parse(id.toString()).orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "payments", "payments-1", "payments-1-", "payments-1-x", "a b-1-2", "payments-9999999999-1"})
    void parse_somethingElse_isEmpty(String text) {
        assertTrue(RecordId.parse(text).isEmpty());
    }
}
