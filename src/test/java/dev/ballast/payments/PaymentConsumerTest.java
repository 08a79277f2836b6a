package dev.ballast.payments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.vertx.pgclient.PgException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaymentConsumerTest {
    @ParameterizedTest
    @CsvSource({
        "57P01,true", // the server shuts down
        "42P01,true", // the schema is not there yet
        "25006,true", // a standby, for now
        "40P01,true", // deadlock
        "57014,true", // statement timeout
        "22003,false", // a value the column cannot hold
        "23514,false", // a check constraint
    })
    void isOutage_refusalOfPostgres_isTheRecordsFaultOnlyForItsData(String sqlState, boolean outage) {
        assertEquals(outage, PaymentConsumer.isOutage(new PgException("m", "ERROR", sqlState, "d")));
    }

    @Test
    void isOutage_bug_isNone() {
        assertFalse(PaymentConsumer.isOutage(new IllegalStateException("bug")));
    }
}
