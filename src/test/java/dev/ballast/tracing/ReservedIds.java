package dev.ballast.tracing;

import dev.ballast.stack.Stack;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/// Has the users of a test get ids so large that they can be looked for as they are, wherever they stand.
final class ReservedIds {
    private static final String SEQUENCE = "pg_get_serial_sequence('users', 'id')";

    private ReservedIds() {}

    /// @return what [#end] is to be called with
    static long begin(Stack stack) throws SQLException {
        long next = number(stack, "SELECT nextval(" + SEQUENCE + ")");
        number(
                stack,
                "SELECT setval(" + SEQUENCE + ", (SELECT greatest(max(id), 7070700000000) FROM users"
                        + " WHERE id < 7070800000000))");
        return next;
    }

    /// Gives others ordinary ids again.
    static void end(Stack stack, long next) throws SQLException {
        number(stack, "SELECT setval(" + SEQUENCE + ", " + next + ", false)");
    }

    private static long number(Stack stack, String query) throws SQLException {
        try (Connection sql = stack.sql();
                Statement statement = sql.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getLong(1);
        }
    }
}
