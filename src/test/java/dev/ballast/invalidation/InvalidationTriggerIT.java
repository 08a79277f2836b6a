package dev.ballast.invalidation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.stack.Stack;
import dev.ballast.stack.StackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the trigger notes, seen within the transaction of the change, which is rolled back. Keys are far from those
/// of other tests.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class InvalidationTriggerIT {
    private static final String NEW_USERS =
            "INSERT INTO users (id, name, email, plan) VALUES (9900001, 'A', 'trigger-a@example.org', 'pro'),"
                    + " (9900002, 'B', 'trigger-b@example.org', 'pro')";

    Stack stack;
    private Connection sql;

    @BeforeEach
    void begin() throws SQLException {
        sql = stack.sql();
        sql.setAutoCommit(false);
    }

    @AfterEach
    void rollBack() throws SQLException {
        sql.rollback();
        sql.close();
    }

    @Test
    void insertUpdateDelete_areNotedByKey() throws SQLException {
        run(NEW_USERS);
        assertEquals(List.of("9900001", "9900002"), taken());
        run("UPDATE users SET name = 'C' WHERE id = 9900001");
        assertEquals(List.of("9900001"), taken());
        run("DELETE FROM users WHERE id = 9900002");
        assertEquals(List.of("9900002"), taken());
        run("UPDATE users SET name = 'C' WHERE id = 9999999");
        assertEquals(List.of(), taken());
    }

    @Test
    void idChanged_isNotedUnderBothKeys() throws SQLException {
        run(NEW_USERS);
        taken();
        run("UPDATE users SET id = 9900003 WHERE id = 9900001");
        assertEquals(List.of("9900001", "9900003"), taken());
    }

    @Test
    void truncate_isNotedAsAllKeys() throws SQLException {
        run("TRUNCATE users CASCADE");
        assertEquals(List.of("all"), taken());
    }

    @Test
    void rolledBack_isNotNoted() throws SQLException {
        run(NEW_USERS);
        assertEquals(2, notes().size());
        sql.rollback();
        assertEquals(List.of(), notes());
    }

    @Test
    void sessionWithoutSearchPath_isNoted() throws SQLException {
        run(NEW_USERS);
        taken();
        run("SET LOCAL search_path = ''");
        run("UPDATE public.users SET name = 'C' WHERE id = 9900001");
        run("SET LOCAL search_path = public");
        assertEquals(List.of("9900001"), taken());
    }

    @Test
    void roleThatMayOnlyChangeUsers_isNoted() throws SQLException {
        run(NEW_USERS);
        taken();
        run("CREATE ROLE trigger_fixer");
        run("GRANT SELECT, UPDATE ON users TO trigger_fixer");
        run("SET LOCAL ROLE trigger_fixer");
        run("UPDATE users SET name = 'C' WHERE id = 9900001");
        run("RESET ROLE");
        assertEquals(List.of("9900001"), taken());
    }

    @Test
    void temporaryTableOfTheSameName_takesNoNotes() throws SQLException {
        run(NEW_USERS);
        taken();
        run("CREATE TEMPORARY TABLE cache_invalidations (cache text, key text) ON COMMIT DROP");
        run("UPDATE users SET name = 'C' WHERE id = 9900001");
        run("DROP TABLE pg_temp.cache_invalidations");
        assertEquals(List.of("9900001"), taken());
    }

    @Test
    void rowWithoutAKey_isNotNotedAsAllKeys() throws SQLException {
        run("CREATE TABLE trigger_probe (k text) ");
        run("CREATE TRIGGER probe AFTER INSERT ON trigger_probe REFERENCING NEW TABLE AS come"
                + " FOR EACH STATEMENT EXECUTE FUNCTION note_cache_invalidations('users', 'k')");
        run("INSERT INTO trigger_probe VALUES (NULL), ('9900009')");
        assertEquals(List.of("9900009"), taken());
    }

    private void run(String statement) throws SQLException {
        try (Statement run = sql.createStatement()) {
            run.execute(statement);
        }
    }

    /// The keys this transaction has noted since the last call, sorted; `all` for all.
    private List<String> taken() throws SQLException {
        List<String> notes = notes();
        run("DELETE FROM cache_invalidations WHERE transaction = pg_current_xact_id()::text::bigint");
        return notes;
    }

    private List<String> notes() throws SQLException {
        List<String> keys = new ArrayList<>();
        try (Statement select = sql.createStatement();
                ResultSet row = select.executeQuery("SELECT coalesce(key, 'all') FROM cache_invalidations"
                        + " WHERE cache = 'users' AND transaction = pg_current_xact_id()::text::bigint ORDER BY 1")) {
            while (row.next()) {
                keys.add(row.getString(1));
            }
        }
        return keys;
    }
}
