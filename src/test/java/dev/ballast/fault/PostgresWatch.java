package dev.ballast.fault;

import dev.ballast.fault.Subject.Seen;
import dev.ballast.fault.Subject.Written;
import dev.ballast.stack.Stack;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Asks PostgreSQL past the pods for what they ask it, without end, so that a read that a pod refuses is told apart
/// from one that nobody could have answered: on a machine that stands still for seconds, PostgreSQL does too.
final class PostgresWatch implements AutoCloseable {
    /// Far longer than a read takes, and half as long as a pod waits for one.
    private static final Duration NOTABLE = Duration.ofSeconds(1);

    private static final Duration EVERY = Duration.ofMillis(20);

    private final Stack stack;
    private final List<Long> keys;
    private final Pauses pauses = new Pauses(NOTABLE);
    private final Thread thread;
    private volatile boolean ended;

    PostgresWatch(Stack stack, List<Long> keys) {
        this.stack = stack;
        this.keys = keys;
        this.thread = Thread.ofPlatform().name("postgres-watch").start(this::watch);
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
                    pauses.end(System.nanoTime());
                    TimeUnit.NANOSECONDS.sleep(EVERY.toNanos());
                }
            } catch (SQLException _) {
                // it is away, and the pause under way goes on
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    /// The same pods; where one refuses a read while PostgreSQL answered nobody for a second, the reason says so.
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
        return seen instanceof Seen.Nothing(String why) && pauses.longestSince(from, System.nanoTime()) > 0
                ? new Seen.Nothing("PostgreSQL answered nobody for a second: " + why)
                : seen;
    }

    /// The longest it answered nobody, as words for a failure.
    String words() {
        return "PostgreSQL, asked past the pods, took %,d ms at most"
                .formatted(TimeUnit.NANOSECONDS.toMillis(pauses.longest()));
    }

    @Override
    public void close() throws InterruptedException {
        ended = true;
        thread.interrupt();
        thread.join(Duration.ofSeconds(10));
    }
}
