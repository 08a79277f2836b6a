package dev.ballast.fault;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/// Who empties the outbox of a stack. Any pod on its database does, and tells the Redis that it knows. Where a test
/// gives its pods a Redis of their own, one more pod on that database would take their invalidations, tell another
/// Redis of them, and leave an empty outbox: what the pods under check then serve is older than it seems allowed, and
/// nothing is wrong with them.
final class Sweepers {
    /// Two sweeps, and the quarter of a second for which the writer has the first go.
    private static final Duration TWO_SWEEPS = Duration.ofMillis(2_500);

    private static final String CACHE = "nobody-has-it";

    private Sweepers() {}

    /// Fails where an invalidation is swept while all these pods stand still.
    static void assertNoneBut(Stack stack, List<Pod> pods) throws SQLException {
        pods.forEach(Pod::pause);
        try (Connection connection = stack.sql()) {
            run(connection, "INSERT INTO cache_invalidations (cache, key) VALUES (?, '1')");
            await().pollDelay(TWO_SWEEPS).until(() -> true);
            boolean left = run(connection, "DELETE FROM cache_invalidations WHERE cache = ?") == 1;
            assertTrue(left, "another pod sweeps this outbox, and would tell another Redis of what these pods change");
        } finally {
            pods.forEach(Pod::resume);
        }
    }

    private static int run(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, CACHE);
            return statement.executeUpdate();
        }
    }
}
