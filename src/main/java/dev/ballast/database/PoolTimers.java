package dev.ballast.database;

import io.quarkus.logging.LoggingFilter;
import java.util.Arrays;
import java.util.logging.Filter;
import java.util.logging.LogRecord;

/// Keeps the pool's timers out of the log. A statement that gets no connection leaves its timer behind, which finds it
/// failed already half a minute later, and says so with a stack trace (eclipse-vertx/vertx-sql-client#1706): in an
/// outage hundreds of them, which tell nothing and are written by event loops.
@LoggingFilter(name = "pool-timers")
public final class PoolTimers implements Filter {
    private static final String POOL = "io.vertx.sqlclient.impl.pool.SqlConnectionPool";

    @Override
    public boolean isLoggable(LogRecord entry) {
        return !(entry.getThrown() instanceof IllegalStateException thrown
                && "Result is already complete".equals(thrown.getMessage())
                && Arrays.stream(thrown.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().equals(POOL)));
    }
}
