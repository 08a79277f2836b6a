package dev.ballast.fault;

import dev.ballast.stack.Stack;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Asks PostgreSQL past the pods for what they ask it, without end: where a pod refuses a read, this tells whether
/// others waited for PostgreSQL as well. It excuses nothing.
final class PostgresWatch implements AutoCloseable {
    private static final Duration EVERY = Duration.ofMillis(20);

    private final Stack stack;
    private final List<Long> keys;
    private final Thread thread;
    private volatile boolean ended;
    private long answers;
    private long longest;
    private Instant longestUntil = Instant.EPOCH;

    PostgresWatch(Stack stack, List<Long> keys) {
        this.stack = stack;
        this.keys = keys;
        this.thread = Thread.ofPlatform().daemon().name("postgres-watch").start(this::watch);
    }

    private void watch() {
        long asked = System.nanoTime();
        while (!ended) {
            try (Connection connection = stack.sql();
                    PreparedStatement read =
                            connection.prepareStatement("SELECT id, version FROM users WHERE id = ANY (?)")) {
                read.setArray(1, connection.createArrayOf("bigint", keys.toArray()));
                while (!ended) {
                    read.executeQuery().close();
                    answered(System.nanoTime() - asked);
                    LockSupport.parkNanos(EVERY.toNanos());
                    asked = System.nanoTime();
                }
            } catch (SQLException _) {
                LockSupport.parkNanos(EVERY.toNanos()); // the question stays open
            }
        }
    }

    private synchronized void answered(long nanos) {
        answers++;
        if (nanos > longest) {
            longest = nanos;
            longestUntil = Instant.now();
        }
    }

    /// For a failure.
    synchronized String words() {
        return "PostgreSQL, asked past the pods, answered %,d times, after %,d ms at most, at %s"
                .formatted(answers, TimeUnit.NANOSECONDS.toMillis(longest), longestUntil);
    }

    @Override
    public void close() throws InterruptedException {
        ended = true;
        thread.join(Duration.ofSeconds(10));
    }
}
