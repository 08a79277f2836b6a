package dev.ballast.executions;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.database.Sql;
import dev.ballast.stack.Stack;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The statements of the marks, as one process after the other runs them.
class MarksIT {
    private final String topic = "marks-" + UUID.randomUUID();
    private Connection sql;

    @BeforeEach
    void prepare() throws SQLException {
        sql = Stack.shared().sql();
        run("PREPARE mark (text[], int[], bigint[], text, text) AS " + Sql.read("executions", "mark"));
        run("PREPARE alone (text, text, int, bigint, text, boolean) AS " + Sql.read("executions", "alone"));
    }

    @AfterEach
    void hangUp() throws SQLException {
        sql.close();
    }

    @Test
    void mark_leftBehindInACrowd_isSuspectAndNoDeathCounts() throws SQLException {
        assertEquals("false 0", mark("first"));
        assertEquals("true 0", mark("second"));
    }

    @Test
    void mark_leftBehindWhileItRanAlone_countsADeathEachTime() throws SQLException {
        mark("first");
        for (int death = 1; death <= 3; death++) {
            String owner = "owner-" + death;
            assertEquals("true " + (death - 1), mark(owner));
            alone(owner, true);
        }
        assertEquals("true 3", mark("last"));
    }

    /// What killed the process then was the next one in turn.
    @Test
    void mark_leftBehindAfterItsTurnAlone_countsNoDeath() throws SQLException {
        mark("first");
        mark("second");
        alone("second", true);
        alone("second", false);

        assertEquals("true 0", mark("third"));
    }

    @Test
    void alone_ofAnOwnerThatLostIt_changesNothing() throws SQLException {
        mark("first");
        mark("second");
        alone("first", true);

        assertEquals("true 0", mark("third"));
    }

    /// Whether the record is suspect, and its deaths.
    private String mark(String owner) throws SQLException {
        try (Statement statement = sql.createStatement();
                ResultSet row = statement.executeQuery(
                        "EXECUTE mark (ARRAY['%s'], ARRAY[0], ARRAY[7], 'tests', '%s')".formatted(topic, owner))) {
            row.next();
            return row.getBoolean("suspect") + " " + row.getInt("deaths");
        }
    }

    private void alone(String owner, boolean alone) throws SQLException {
        run("EXECUTE alone ('tests', '%s', 0, 7, '%s', %s)".formatted(topic, owner, alone));
    }

    private void run(String statement) throws SQLException {
        try (Statement run = sql.createStatement()) {
            run.execute(statement);
        }
    }
}
