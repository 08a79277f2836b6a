package dev.ballast.stack;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What the command line says, as `name=value`; an empty value counts as not given. A port of 0 means a free one.
record Options(Map<String, String> given) {
    private static final Set<String> NAMES = Set.of(
            "state",
            "target",
            "parent",
            "service",
            "pods",
            "port",
            "postgres.port",
            "redis.port",
            "kafka.port",
            "recommendations.port",
            "control.port",
            "keep");

    private static final List<String> SERVICES = List.of("jvm", "native", "none");

    static Options parse(String... arguments) {
        Map<String, String> given = new HashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            if (equals < 0 || !NAMES.contains(name)) {
                throw new StackFailure("unknown option " + name + "; there are " + NAMES + ", as name=value");
            }
            if (equals < argument.length() - 1) {
                given.put(name, argument.substring(equals + 1));
            }
        }
        return new Options(given);
    }

    /// Where data, logs, `stack.env` and the ledger of processes live; one stack at a time per directory.
    Path state() {
        return Path.of(given.getOrDefault("state", "target/local")).toAbsolutePath();
    }

    /// Where the build put the packaged service.
    Path target() {
        return Path.of(given.getOrDefault("target", "target")).toAbsolutePath();
    }

    /// The process whose end is the end of the stack: by default the one that started it.
    ProcessHandle parent() {
        String pid = given.get("parent");
        return (pid == null ? ProcessHandle.current().parent() : ProcessHandle.of(Long.parseLong(pid)))
                .orElseThrow(() -> new StackFailure("the parent process " + pid + " is gone"));
    }

    /// `jvm`, `native`, or `none` for the servers alone.
    String service() {
        String service = given.getOrDefault("service", "none");
        if (!SERVICES.contains(service)) {
            throw new StackFailure("-Dservice=" + service + " is none of " + SERVICES);
        }
        return service;
    }

    int pods() {
        return service().equals("none") ? 0 : number("pods", 1);
    }

    /// The port of the first pod; the others follow it.
    int port() {
        return number("port", 8_080);
    }

    int port(Server server) {
        return number(server.id() + ".port", 0);
    }

    int controlPort() {
        return number("control.port", 0);
    }

    /// Whether data of an earlier run are kept; otherwise every start begins from the seed.
    boolean keep() {
        return Boolean.parseBoolean(given.get("keep"));
    }

    private int number(String name, int otherwise) {
        String value = given.get(name);
        if (value == null) {
            return otherwise;
        }
        if (!value.matches("[0-9]{1,5}")) {
            throw new StackFailure("-D" + name + "=" + value + " is not a number from 0 to 65535");
        }
        return Integer.parseInt(value);
    }
}
