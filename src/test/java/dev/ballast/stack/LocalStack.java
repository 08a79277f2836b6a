package dev.ballast.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.random.RandomGenerator;

/// The process of the stack: starts the servers and, if wanted, the service, and ends them when it ends.
///
/// It ends on Ctrl-C and SIGTERM, when its parent has ended, and when told to through [Control]. Where it is killed,
/// its [Guardian] ends the servers; where even that is killed, the next start in the same directory does.
public final class LocalStack {
    static final String NAME = "stack";
    private static final Duration PARENT_WATCH = Duration.ofMillis(200);

    private final Options options;
    private final Clock clock;
    private final EnvFile env;
    private final CompletableFuture<String> end = new CompletableFuture<>();
    private final Map<String, String> tokens = new TreeMap<>(Map.of(
            "BALLAST_TOKEN_USER", Tokens.user(1),
            "BALLAST_TOKEN_SERVICE", Tokens.service(),
            "BALLAST_TOKEN_OPERATOR", Tokens.operator()));
    private final long begin = System.nanoTime();

    private LocalStack(Options options, Clock clock) {
        this.options = options;
        this.clock = clock;
        this.env = new EnvFile(options.state());
    }

    public static void main(String[] arguments) {
        Logs.print(Level.WARNING);
        System.exit(run(arguments));
    }

    /// @return the exit code
    private static int run(String... arguments) {
        try {
            new LocalStack(Options.parse(arguments), Clock.systemUTC()).run();
            return 0;
        } catch (StackFailure e) {
            System.err.println("stack: " + e.getMessage());
        } catch (IOException e) {
            System.err.println("stack: " + e);
        }
        return 1;
    }

    private void run() throws IOException {
        watchParent();
        clear();
        Ports ports = new Ports(RandomGenerator.getDefault());
        int controlPort = ports.claim(options.controlPort(), "the control endpoint", "control.port");
        List<PodPlan> pods = pods(ports);
        Ledger ledger = Ledger.open(options.state(), clock);
        Fleet fleet = new Fleet(options, ports, ledger, LocalStack::say);
        ports.check();
        Guardian.start(ledger);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(fleet, ledger), "close"));
        fleet.startServers();
        fleet.startPods(pods);
        try (Control control = new Control(controlPort, fleet, () -> end.complete("told to end"))) {
            control.afterEveryCommand(() -> env.write(environment(fleet, control)));
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            System.out.print(new Banner(env.read(), env.path(), took).text());
            System.out.flush();
            say(end.join());
        }
    }

    private List<PodPlan> pods(Ports ports) {
        boolean asBinary = options.service().equals("native");
        List<PodPlan> pods = new ArrayList<>();
        for (int i = 0; i < options.pods(); i++) {
            String name = i == 0 ? Banner.FIRST_POD : Banner.FIRST_POD + "-" + (i + 1);
            int port = options.port() == 0 ? ports.free() : ports.claim(options.port() + i, "the service", "port");
            pods.add(new PodPlan(name, port, asBinary, Map.of(), Map.of(), List.of()));
        }
        return pods;
    }

    private Map<String, String> environment(Fleet fleet, Control control) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("BALLAST_URL", "http://localhost:" + options.port()); // the one quarkus:dev will have, without pods
        values.putAll(tokens);
        values.putAll(fleet.addresses());
        values.put("STACK_CONTROL_URL", control.url());
        values.put("STACK_PID", Long.toString(ProcessHandle.current().pid()));
        values.putAll(fleet.processes());
        return values;
    }

    private void clear() throws IOException {
        Path state = Files.createDirectories(options.state());
        int ended = Ledger.endLeftovers(state);
        if (ended > 0) {
            say("ended " + ended + " processes of an earlier run");
        }
        env.delete();
        Binaries.delete(state.resolve("logs"));
        if (!options.keep()) {
            Binaries.delete(state.resolve("data"));
        }
    }

    /// Looks several times a second, since the JDK tells the end of a process that is no child late.
    private void watchParent() {
        ProcessHandle parent = options.parent();
        ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("parent-watch").factory());
        Runnable look = () -> {
            if (!Processes.lives(parent)) {
                watch.shutdown();
                end.complete("the process that started the stack has ended");
                System.exit(0); // whatever the main thread is doing
            }
        };
        watch.scheduleWithFixedDelay(look, 0, PARENT_WATCH.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Servers are killed: their data go with the next start, and those that are kept survive it.
    private void close(Fleet fleet, Ledger ledger) {
        env.delete();
        fleet.endPods();
        ledger.endServers();
    }

    private static void say(String line) {
        System.out.println("stack: " + line);
    }
}
