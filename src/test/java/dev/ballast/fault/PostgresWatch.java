package dev.ballast.fault;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.fault.Subject.Seen;
import dev.ballast.fault.Subject.Written;
import dev.ballast.stack.Stack;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// Asks PostgreSQL past the pods for what they ask it, without end, so that a read that a pod refuses is told apart
/// from one that nobody could have answered: on a machine that stands still for seconds, PostgreSQL does too. What
/// holds up this process alone it takes for PostgreSQL's as well.
final class PostgresWatch implements AutoCloseable {
    /// Far longer than a read takes, and half as long as a pod waits for one.
    private static final Duration NOTABLE = Duration.ofSeconds(1);

    private static final Duration EVERY = Duration.ofMillis(20);

    /// PostgreSQL's own words for that it is not there: connections that fail, and its going and coming.
    private static final Pattern AWAY = Pattern.compile("08.*|57P.*");

    private final Stack stack;
    private final List<Long> keys;
    private final Pauses pauses = new Pauses(NOTABLE);
    private final Thread thread;
    private final AtomicLong answers = new AtomicLong();
    private volatile boolean ended;
    private volatile SQLException refused;

    PostgresWatch(Stack stack, List<Long> keys) {
        this.stack = stack;
        this.keys = keys;
        this.thread = Thread.ofPlatform().daemon().name("postgres-watch").start(this::watch);
    }

    private void watch() {
        while (!ended) {
            try (Connection connection = stack.sql();
                    PreparedStatement read =
                            connection.prepareStatement("SELECT id, version FROM users WHERE id = ANY (?)")) {
                read.setArray(1, connection.createArrayOf("bigint", keys.toArray()));
                while (!ended) {
                    pauses.begin(System.nanoTime());
                    read.executeQuery().close();
                    answered();
                    TimeUnit.NANOSECONDS.sleep(EVERY.toNanos());
                }
            } catch (SQLException e) {
                if (e.getSQLState() != null && !AWAY.matcher(e.getSQLState()).matches()) {
                    refused = e;
                    answered();
                }
                LockSupport.parkNanos(EVERY.toNanos());
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    private void answered() {
        answers.incrementAndGet();
        pauses.end(System.nanoTime());
    }

    /// The same pods; where one is unavailable for a read during which PostgreSQL answered nobody for a second, the
    /// reason says so.
    Subject over(Subject pods) {
        return new Subject() {
            @Override
            public int pods() {
                return pods.pods();
            }

            @Override
            public void write(int pod, long key, Consumer<Written> answer) {
                pods.write(pod, key, answer);
            }

            @Override
            public void read(int pod, List<Long> wanted, Consumer<Seen> answer) {
                long from = System.nanoTime();
                pods.read(pod, wanted, seen -> answer.accept(explained(seen, from)));
            }

            @Override
            public void warmUp(int pod, List<Long> wanted, Consumer<Boolean> done) {
                pods.warmUp(pod, wanted, done);
            }
        };
    }

    private Seen explained(Seen seen, long from) {
        return seen instanceof Seen.Nothing(String why)
                        && why.startsWith("503")
                        && pauses.isAnyWithin(from, System.nanoTime())
                ? new Seen.Nothing("PostgreSQL answered nobody for a second: " + why)
                : seen;
    }

    /// Fails where it could not watch.
    void assertWatched() {
        assertNull(refused, "PostgreSQL refuses the watch");
        assertTrue(answers.get() > 0, "PostgreSQL never answered the watch");
    }

    /// The longest it answered nobody, as words for a failure.
    String words() {
        return "PostgreSQL, asked past the pods %,d times, took %,d ms at most"
                .formatted(answers.get(), TimeUnit.NANOSECONDS.toMillis(pauses.longest()));
    }

    @Override
    public void close() throws InterruptedException {
        ended = true;
        thread.interrupt();
        thread.join(Duration.ofSeconds(10));
    }
}
