package dev.ballast.stack;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// A pod of the packaged service as a process of the stack, so that it ends with it, whatever becomes of the test.
///
/// ```java
/// try (Pod pod = stack.pod("a").property("ballast.failpoint", "invalidation-after-commit").start()) {
///     … pod.url() …
///     pod.awaitEnd(Duration.ofSeconds(10));   // 137
/// }
/// ```
public final class Pod implements AutoCloseable {
    private final Stack stack;
    private final String name;
    private final Map<String, String> properties = new HashMap<>(RoomyLimits.PROPERTIES);
    private final Map<String, String> environment = new HashMap<>();
    private final List<String> jvm = new ArrayList<>();
    private int port;
    private boolean placed;
    private String url;

    Pod(Stack stack, String name) {
        this.stack = stack;
        this.name = name;
    }

    /// Adds a property for its starts to come; over those of the local profile.
    public Pod property(String property, String value) {
        properties.put(property, value);
        return this;
    }

    /// Adds a variable, such as `REDIS_URL` to send it through a proxy.
    public Pod environment(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /// Adds a flag for its JVM.
    public Pod jvm(String flag) {
        jvm.add(flag);
        return this;
    }

    /// Sets the port; a free one otherwise.
    public Pod port(int wanted) {
        port = wanted;
        return this;
    }

    /// Starts it, or starts it again on the same port, and waits until `/q/health/ready` answers 200.
    ///
    /// @throws StackFailure with the end of its log where it ends before
    public Pod start() {
        if (placed) {
            stack.command(name, "start");
            return this;
        }
        boolean asBinary = Boolean.getBoolean("ballast.native");
        if (!asBinary) {
            AotCache.train(stack);
        }
        placed = true;
        PodPlan plan = new PodPlan(name, port, asBinary, properties, environment, jvm);
        url = Json.as(stack.call("POST", "/pods", plan), Status.class).url();
        return this;
    }

    public String url() {
        return url;
    }

    /// SIGKILL.
    public Status kill() {
        return stack.command(name, "kill");
    }

    /// SIGTERM, and waits for the end.
    public Status stop() {
        return stack.command(name, "stop");
    }

    /// SIGSTOP.
    public Status pause() {
        return stack.command(name, "pause");
    }

    /// SIGCONT.
    public Status resume() {
        return stack.command(name, "resume");
    }

    public Status status() {
        return Json.as(stack.call("GET", "/" + name, null), Status.class);
    }

    /// Waits until it ends by itself, or by a fail point.
    ///
    /// @return its exit code, 128 + signal where it was killed; empty where it still runs
    public OptionalInt awaitEnd(Duration patience) {
        Processes.until(patience, () -> status().exitCode() != null);
        Integer exitCode = status().exitCode();
        return exitCode == null ? OptionalInt.empty() : OptionalInt.of(exitCode);
    }

    /// Kills it and forgets it; its name is free again.
    @Override
    public void close() {
        if (placed) {
            stack.call("DELETE", "/" + name, null);
            placed = false;
        }
    }
}
