package dev.ballast.stack;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// One server of the stack over all its starts, always on the same port and data. Commands are carried out one
/// after the other and return when they are done.
final class Supervised {
    private static final Duration STARTS_WITHIN = Duration.ofSeconds(60);
    private static final Duration STOPS_WITHIN = Duration.ofSeconds(15);

    private final Engine engine;
    private final Ledger ledger;
    private final Path log;
    private final Consumer<Status> unexpectedEnd;
    private final ReentrantLock commands = new ReentrantLock();

    private volatile Status.State state = Status.State.STOPPED;
    private volatile Process process;

    /// @param unexpectedEnd told when the process ends without having been told to
    Supervised(Engine engine, Ledger ledger, Path log, Consumer<Status> unexpectedEnd) {
        this.engine = engine;
        this.ledger = ledger;
        this.log = log;
        this.unexpectedEnd = unexpectedEnd;
    }

    Engine engine() {
        return engine;
    }

    /// Starts the server unless it runs, and waits until it serves.
    ///
    /// @throws StackFailure with the end of its log where it does not
    Status start() {
        return inTurn(() -> {
            if (process != null && process.isAlive()) {
                return;
            }
            state = Status.State.STARTING;
            launch();
            Process started = process;
            boolean ready = Processes.until(STARTS_WITHIN, () -> !started.isAlive() || engine.ready());
            if (!started.isAlive()) {
                state = Status.State.ENDED;
                throw new StackFailure("%s ended with %d while it started%n%s"
                        .formatted(engine.title(), started.exitValue(), Logs.tail(log)));
            }
            if (!ready) {
                end();
                throw new StackFailure("%s was not ready within %d s%n%s"
                        .formatted(engine.title(), STARTS_WITHIN.toSeconds(), Logs.tail(log)));
            }
            state = Status.State.RUNNING;
        });
    }

    /// Asks it to end in order (SIGTERM), and kills it where it does not.
    Status stop() {
        return inTurn(() -> {
            if (process == null || !process.isAlive()) {
                return;
            }
            wake();
            state = Status.State.STOPPED;
            process.destroy();
            Processes.until(STOPS_WITHIN, () -> !process.isAlive());
            end();
        });
    }

    /// Ends it as a power cut would (SIGKILL), with all its children.
    Status kill() {
        return inTurn(this::end);
    }

    /// Asks it to end in order and does not wait, not even for its turn.
    void ask() {
        Process current = process;
        if (current != null) {
            state = Status.State.STOPPED;
            current.destroy();
        }
    }

    Status restart() {
        stop();
        return start();
    }

    /// Freezes it and its children (SIGSTOP): connections stay open, nothing answers.
    Status pause() {
        return inTurn(() -> {
            if (process != null && process.isAlive()) {
                Processes.signal("STOP", List.of(process.toHandle()));
                Processes.signal("STOP", Processes.tree(process.toHandle()));
                state = Status.State.PAUSED;
            }
        });
    }

    /// Lets it run on (SIGCONT).
    Status resume() {
        return inTurn(() -> {
            if (state == Status.State.PAUSED) {
                wake();
                state = Status.State.RUNNING;
            }
        });
    }

    Status status() {
        Process current = process;
        boolean runs = current != null && current.isAlive();
        Integer exitCode = current == null || runs ? null : Integer.valueOf(current.exitValue());
        return new Status(
                engine.name(), state, runs ? current.pid() : 0, engine.port(), engine.url(), exitCode, log.toString());
    }

    private void launch() {
        try {
            engine.prepare();
            ProcessBuilder builder = new ProcessBuilder(ledger.recorded(engine.name(), engine.command()))
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(engine.environment());
            Process started = builder.start();
            process = started;
            started.onExit().thenAccept(this::ended);
        } catch (IOException e) {
            throw new StackFailure(engine.title() + " cannot be started: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackFailure("interrupted while " + engine.title() + " started", e);
        }
    }

    private void ended(Process which) {
        if (which == process && (state == Status.State.RUNNING || state == Status.State.PAUSED)) {
            state = Status.State.ENDED;
            unexpectedEnd.accept(status());
        }
    }

    private void end() {
        if (process != null) {
            state = Status.State.STOPPED;
            Processes.killTree(process.toHandle());
            process.onExit().join(); // so that the exit code can be read
        }
    }

    private void wake() {
        Processes.signal("CONT", Processes.tree(process.toHandle()));
    }

    private Status inTurn(Runnable command) {
        commands.lock();
        try {
            command.run();
        } finally {
            commands.unlock();
        }
        return status();
    }
}
