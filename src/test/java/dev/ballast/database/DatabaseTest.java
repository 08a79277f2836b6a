package dev.ballast.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.vertx.pgclient.PgException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseTest {
    @ParameterizedTest
    @CsvSource({
        "57P01,true", // the server shuts down
        "42P01,true", // the schema is not there yet
        "25006,true", // a standby, for now
        "40P01,true", // deadlock
        "40001,true", // not serializable
        "57014,true", // statement timeout
        "22003,false", // a value the column cannot hold
        "23514,false", // a check constraint
    })
    void isItsState_refusalOfPostgres_isButForDataItCannotTake(String sqlState, boolean state) {
        assertEquals(state, Database.isItsState(new PgException("m", "ERROR", sqlState, "d")));
    }

    @Test
    void isItsState_bug_isNone() {
        assertFalse(Database.isItsState(new IllegalStateException("bug")));
    }
}
