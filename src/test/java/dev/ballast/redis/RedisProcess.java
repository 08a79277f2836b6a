package dev.ballast.redis;

import dev.ballast.stack.Ports;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import redis.embedded.core.ExecutableProvider;

/// A real Redis server on a port of its own, to be killed, stopped and continued like one in production.
public final class RedisProcess implements AutoCloseable {
    private final int port;
    private final List<String> options;
    private Process process;

    public RedisProcess(String... options) {
        this(Ports.anyFree(), options);
    }

    RedisProcess(int port, String... options) {
        this.port = port;
        this.options = List.of(options);
    }

    public int port() {
        return port;
    }

    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    public RedisProcess start() {
        try {
            List<String> command = new ArrayList<>(List.of(executable(), "--port", String.valueOf(port)));
            command.addAll(List.of("--save", "", "--appendonly", "no", "--bind", "127.0.0.1"));
            command.addAll(options);
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Awaitility.await()
                .pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofSeconds(10))
                .until(this::listens);
        return this;
    }

    /// As `kill -9`.
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    public boolean isRunning() {
        return process != null && process.isAlive();
    }

    /// Stops the process without ending it: its port still accepts connections, and nothing answers.
    public void pause() {
        signal("-STOP");
    }

    public void resume() {
        signal("-CONT");
    }

    @Override
    public void close() {
        if (process != null) {
            kill();
        }
    }

    private void signal(String signal) {
        try {
            new ProcessBuilder("kill", signal, String.valueOf(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 200);
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static synchronized String executable() throws IOException {
        if (executable == null) {
            executable = ExecutableProvider.newJarResourceProvider().get();
        }
        return executable.getAbsolutePath();
    }

    private static File executable;
}
