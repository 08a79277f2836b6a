package dev.ballast.stack;

import com.fasterxml.jackson.core.type.TypeReference;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The door to a running stack for tests and benchmarks: where its servers are, and faults for each of them.
///
/// ```java
/// Stack stack = Stack.shared();
/// stack.kill(Server.REDIS);        // connections are reset, the port refuses
/// stack.start(Server.REDIS);       // the same port and data; returns when it serves
/// ```
///
/// Commands block until they are done. A test leaves every server running: `@AfterEach stack.heal()`.
public final class Stack implements AutoCloseable {
    private static final String SHARED = "ballast.stack.env";
    private static final Duration READY_WITHIN = Duration.ofSeconds(90);
    private static final Duration DONE_WITHIN = Duration.ofSeconds(120);

    private final HttpClient http = HttpClient.newHttpClient();
    private final EnvFile env;
    private final Map<String, String> settings;

    private Stack(EnvFile env) {
        this.env = env;
        this.settings = env.read();
    }

    /// The one stack of this test run, started on free ports by whoever asks first.
    public static Stack shared() {
        return once(SHARED, "stack");
    }

    /// Likewise another one, for tests that must be alone with their pods: a service on the shared stack would take
    /// part in their work.
    public static Stack apart(String name) {
        return once(SHARED + "." + name, "stack-" + name);
    }

    private static Stack once(String property, String directory) {
        // Test classes may come from several class loaders; properties are one for all.
        synchronized (System.getProperties()) {
            if (System.getProperty(property) == null) {
                Stack started = start(Path.of("target").resolve(directory));
                System.setProperty(property, started.env.path().getParent().toString());
                return started;
            }
            return new Stack(new EnvFile(Path.of(System.getProperty(property))));
        }
    }

    /// Starts a stack of its own, which ends with this JVM at the latest.
    ///
    /// @param state its directory, under `target`
    /// @param options as [LocalStack] takes them, `name=value`
    static Stack start(Path state, String... options) {
        EnvFile env = new EnvFile(state.toAbsolutePath());
        env.delete();
        Path log = Logs.of(state.resolveSibling(state.getFileName() + "-logs").toAbsolutePath(), "stack");
        Process process = launch(state, ProcessHandle.current(), log, options);
        boolean ready = Processes.until(READY_WITHIN, () -> env.isThere() || !process.isAlive());
        if (!ready || !env.isThere()) {
            process.destroy();
            throw new StackFailure("the stack did not start\n" + Logs.tail(log));
        }
        return new Stack(env);
    }

    /// Starts the stack's process and does not wait for it.
    static Process launch(Path state, ProcessHandle parent, Path log, String... options) {
        List<String> arguments = new ArrayList<>(List.of("state=" + state, "parent=" + parent.pid()));
        arguments.addAll(Arrays.asList(options));
        List<String> flags = List.of("-Xmx128m", "-XX:+UseSerialGC");
        try {
            return new ProcessBuilder(Java.command(flags, LocalStack.class, arguments.toArray(String[]::new)))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new StackFailure("the stack's process cannot be started", e);
        }
    }

    /// `POSTGRES_URL`, `POSTGRES_USER`, `POSTGRES_PASSWORD`, `REDIS_URL`, `KAFKA_BOOTSTRAP`, `RECOMMENDATIONS_URL`:
    /// what the service reads, from its environment or as properties.
    public Map<String, String> addresses() {
        Map<String, String> addresses = new LinkedHashMap<>(settings);
        addresses.keySet().retainAll(Fleet.ADDRESSES);
        return addresses;
    }

    /// Without a scheme to put before, so `jdbc:` + this is for JDBC.
    public String postgresUrl() {
        return settings.get("POSTGRES_URL");
    }

    public String redisUrl() {
        return settings.get("REDIS_URL");
    }

    public String kafkaBootstrap() {
        return settings.get("KAFKA_BOOTSTRAP");
    }

    public String recommendationsUrl() {
        return settings.get("RECOMMENDATIONS_URL");
    }

    /// All of `stack.env` as it is now.
    public Map<String, String> environment() {
        return env.read();
    }

    /// A new connection to the service's database, as its owner.
    public Connection sql() throws SQLException {
        return DriverManager.getConnection("jdbc:" + postgresUrl(), PostgresEngine.NAME, PostgresEngine.NAME);
    }

    /// SIGKILL, to all its processes.
    public Status kill(Server server) {
        return command(server.id(), "kill");
    }

    /// SIGTERM, and waits for the end.
    public Status stop(Server server) {
        return command(server.id(), "stop");
    }

    /// Starts it again on the same port and data, and waits until it serves. Does nothing where it runs.
    public Status start(Server server) {
        return command(server.id(), "start");
    }

    public Status restart(Server server) {
        return command(server.id(), "restart");
    }

    /// SIGSTOP, to all its processes: it takes connections and answers nothing.
    public Status pause(Server server) {
        return command(server.id(), "pause");
    }

    /// SIGCONT.
    public Status resume(Server server) {
        return command(server.id(), "resume");
    }

    public Status status(Server server) {
        return Json.as(call("GET", "/" + server.id(), null), Status.class);
    }

    /// Sets how the recommendation API misbehaves; a restart of it ends that.
    public void recommendations(Fault fault) {
        call("PUT", "/faults", fault);
    }

    /// How many calls the recommendation API has had since its start.
    public long recommendationCalls() {
        return Json.as(call("GET", "/faults", null), RecommendationApi.Setting.class)
                .calls();
    }

    /// Brings every server back: resumes, starts, ends the fault.
    public void heal() {
        for (Server server : Server.values()) {
            resume(server);
            start(server);
        }
        recommendations(Fault.of(Fault.Kind.NONE));
    }

    /// A pod of the packaged service on this stack, to be started; names are unique while the pod is there.
    public Pod pod(String name) {
        return new Pod(this, name);
    }

    /// All servers and pods.
    public List<Status> statuses() {
        return Json.as(call("GET", "/", null), new TypeReference<>() {});
    }

    /// Ends this stack and waits for its process.
    @Override
    public void close() {
        long pid = Long.parseLong(settings.get("STACK_PID"));
        call("POST", "/end", null);
        Processes.until(DONE_WITHIN, () -> !Processes.lives(pid));
    }

    Status command(String name, String verb) {
        return Json.as(call("POST", "/" + name + "/" + verb, null), Status.class);
    }

    /// @throws StackFailure with what the stack says where it cannot
    byte[] call(String method, String path, Object body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(settings.get("STACK_CONTROL_URL") + path))
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(Json.write(body)))
                .timeout(DONE_WITHIN)
                .build();
        try {
            HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new StackFailure(
                        Json.as(response.body(), Control.Refusal.class).error());
            }
            return response.body();
        } catch (IOException e) {
            throw new StackFailure("the stack does not answer " + method + " " + path + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackFailure("interrupted at " + method + " " + path, e);
        }
    }
}
