package dev.ballast.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
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
        int control = ports.claim(options.controlPort(), "the control endpoint", "control.port");
        int[] pods = new int[options.pods()];
        for (int i = 0; i < pods.length; i++) {
            pods[i] = options.port() == 0 ? ports.free() : ports.claim(options.port() + i, "the service", "port");
        }
        Ledger ledger = Ledger.open(options.state(), clock);
        Fleet fleet = new Fleet(options, ports, ledger, LocalStack::say);
        ports.check();
        Guardian.start(ledger);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(fleet, ledger), "close"));
        start(fleet, control, pods);
        say(end.join());
    }

    private void start(Fleet fleet, int controlPort, int... podPorts) {
        fleet.startServers();
        for (int i = 0; i < podPorts.length; i++) {
            String name = i == 0 ? Banner.FIRST_POD : Banner.FIRST_POD + "-" + (i + 1);
            fleet.startPod(new PodPlan(name, podPorts[i], options.service().equals("native"), null, null, null));
        }
        Control[] control = new Control[1];
        Runnable write = () -> env.write(environment(fleet, control[0]));
        control[0] = new Control(controlPort, fleet, write, () -> end.complete("told to end"));
        write.run();
        System.out.print(new Banner(env.read(), env.path(), Duration.ofNanos(System.nanoTime() - begin)).text());
        System.out.flush();
    }

    private Map<String, String> environment(Fleet fleet, Control control) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("BALLAST_URL", "http://localhost:" + (options.port() == 0 ? 8080 : options.port()));
        values.put("BALLAST_TOKEN_USER", tokens.user());
        values.put("BALLAST_TOKEN_SERVICE", tokens.service());
        values.put("BALLAST_TOKEN_OPERATOR", tokens.operator());
        values.putAll(fleet.addresses());
        values.put("STACK_CONTROL_URL", control.url());
        values.put("STACK_PID", Long.toString(ProcessHandle.current().pid()));
        values.putAll(fleet.processes());
        return values;
    }

    private final ReadyTokens tokens = new ReadyTokens(Tokens.user(1), Tokens.service(), Tokens.operator());

    private record ReadyTokens(String user, String service, String operator) {}

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
