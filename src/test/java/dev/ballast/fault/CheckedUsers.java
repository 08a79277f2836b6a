package dev.ballast.fault;

import dev.ballast.stack.Stack;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Users of one test alone, so that others find the seeded ones as they were. No tier has ever heard of them.
final class CheckedUsers {
    private CheckedUsers() {}

    /// Their ids. The address of each is as [HttpPods] writes it.
    static List<Long> create(Stack stack, int count) throws SQLException {
        List<Long> ids = new ArrayList<>();
        try (Connection connection = stack.sql();
                PreparedStatement insert = connection.prepareStatement("""
                        WITH next AS (SELECT nextval(pg_get_serial_sequence('users', 'id')) AS id)
                        INSERT INTO users (id, name, email, plan)
                        SELECT id, 'Checked', 'coherence-' || id || '@example.org', 'pro' FROM next RETURNING id""")) {
            connection.setAutoCommit(false);
            for (int i = 0; i < count; i++) {
                try (ResultSet row = insert.executeQuery()) {
                    row.next();
                    ids.add(row.getLong(1));
                }
            }
            forgetNothing(connection);
            connection.commit();
        }
        return ids;
    }

    /// The trigger has noted an invalidation of each, and its delivery a second later would fall into the test.
    private static void forgetNothing(Connection connection) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(
                "DELETE FROM cache_invalidations WHERE transaction = pg_current_xact_id()::text::bigint")) {
            delete.executeUpdate();
        }
    }

    /// The versions in the database.
    static Map<Long, Long> versions(Stack stack, List<Long> ids) throws SQLException {
        Map<Long, Long> versions = new HashMap<>();
        try (Connection connection = stack.sql();
                PreparedStatement select =
                        connection.prepareStatement("SELECT id, version FROM users WHERE id = ANY (?)")) {
            select.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    versions.put(row.getLong(1), row.getLong(2));
                }
            }
        }
        return versions;
    }

    /// How many invalidations are not delivered yet. The outbox itself is asked, as its gauge is that of the
    /// last sweep.
    static long waiting(Stack stack) throws SQLException {
        try (Connection connection = stack.sql();
                PreparedStatement select = connection.prepareStatement("SELECT count(*) FROM cache_invalidations");
                ResultSet row = select.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /// A fix by hand, past the service.
    static void changeBySql(Stack stack, long id) throws SQLException {
        try (Connection connection = stack.sql();
                PreparedStatement update =
                        connection.prepareStatement("UPDATE users SET version = version + 1 WHERE id = ?")) {
            update.setLong(1, id);
            update.executeUpdate();
        }
    }
}
