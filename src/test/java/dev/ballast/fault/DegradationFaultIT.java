package dev.ballast.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.fault.LevelTraffic.Call;
import dev.ballast.stack.Fault;
import dev.ballast.stack.FaultProxy;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Server;
import dev.ballast.stack.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Real faults of every dependency, under traffic and without: how soon each is noticed, what callers get meanwhile,
/// how soon all is well again. `verify` tries one of each kind, `-Psoak` every fault of every dependency on a pod of
/// its own. Prints the README's table.
///
/// The bounds are the design's with `-Psoak` or `-Dballast.strict=true`, on a machine that does nothing else; they are
/// three times as wide otherwise, as the two processors of a busy machine are late by more than a second.
class DegradationFaultIT {
    private static final boolean SOAK = Integer.getInteger("ballast.soak", 1) > 1;
    private static final boolean STRICT = SOAK || Boolean.getBoolean("ballast.strict");
    private static final int WIDTH = STRICT ? 1 : 3;
    private static final Duration NOTICED_IN_TRAFFIC = Duration.ofSeconds(1).multipliedBy(WIDTH);
    private static final Duration NOTICED = Duration.ofSeconds(3).multipliedBy(WIDTH);
    private static final Duration RECOVERED = Duration.ofSeconds(10).multipliedBy(WIDTH);
    private static final Duration AWAY = Duration.ofSeconds(SOAK ? 20 : 2);
    private static final Duration A_MINUTE = Duration.ofSeconds(60);
    private static final Duration SLOW = Duration.ofMillis(350);
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int MOST_CHANGES_A_MINUTE = 6;

    /// How a stack trace begins that somebody prints past the log, whose lines begin with the time.
    private static final Pattern PRINTED =
            Pattern.compile("Exception in thread|(\\w+\\.)+[\\w$]*(Exception|Error|Throwable)\\b");

    /// The machine's own share of a p99, which is the slowest of 40 answers but for `-Psoak`.
    private static final double NOISE_MS = SOAK ? 50 : 150 * WIDTH;

    private static final Map<String, Server> SERVERS =
            Map.of("postgresql", Server.POSTGRES, "redis", Server.REDIS, "kafka", Server.KAFKA);

    private final Stack stack = Stack.shared();
    private final List<String> table = new ArrayList<>();
    private Map<String, FaultProxy> ways;
    private Pod pod;

    @BeforeEach
    void start() {
        ways = Map.of(
                "postgresql", FaultProxy.to(stack, Server.POSTGRES),
                "redis", FaultProxy.to(stack, Server.REDIS),
                "kafka", FaultProxy.to(stack, Server.KAFKA));
        pod = stack.pod("levels")
                .environment("POSTGRES_URL", way("postgresql").url())
                .environment("REDIS_URL", way("redis").url())
                .environment("KAFKA_BOOTSTRAP", way("kafka").url())
                .start();
    }

    @AfterEach
    void heal() {
        table.forEach(System.out::println);
        pod.close();
        ways.values().forEach(FaultProxy::close);
        stack.heal();
    }

    private FaultProxy way(String dependency) {
        return ways.get(dependency);
    }

    /// A fault of one dependency.
    ///
    /// @param sudden whether nobody is answered at all, which is noticed sooner than that some are not
    /// @param comesAndGoes whether it is over now and then, so that it is no first failure that is recovered from
    private record Case(
            String dependency,
            String kind,
            boolean sudden,
            boolean comesAndGoes,
            Consumer<DegradationFaultIT> begin,
            Consumer<DegradationFaultIT> end) {
        /// Whether an answer is none that the fault explains: payments alone need PostgreSQL, and say so.
        boolean isBroken(Call call) {
            boolean explained = dependency.equals("postgresql")
                    && call.feature().equals("payments")
                    && call.status() == 503
                    && call.retryAfter();
            return call.isServerError() && !explained;
        }

        @Override
        public String toString() {
            return dependency + " " + kind;
        }
    }

    /// What is tried one after the other on the same pod; of all faults those with `-Dballast.faults` in their name.
    static Stream<List<Case>> faults() {
        String part = System.getProperty("ballast.faults", "");
        return SOAK
                ? all().stream()
                        .filter(fault -> fault.toString().contains(part))
                        .map(List::of)
                : Stream.of(oneOfEachKind());
    }

    private static List<Case> oneOfEachKind() {
        return List.of(
                hanging("postgresql"),
                killed("redis"),
                refused("kafka"),
                api("slow by 0.8 s", true, false, Fault.delay(Duration.ofMillis(800))),
                api("every other call fails", false, true, Fault.of(Fault.Kind.ALTERNATE)));
    }

    private static List<Case> all() {
        List<Case> all = new ArrayList<>();
        for (String dependency : List.of("postgresql", "redis", "kafka")) {
            all.add(refused(dependency));
            all.add(hanging(dependency));
            all.add(killed(dependency));
            all.add(proxied(dependency, "slow", false, false, way -> way.slow(SLOW)));
            all.add(proxied(
                    dependency, "on and off every second", false, true, way -> way.flap(Duration.ofSeconds(1))));
        }
        all.add(api("refused", true, false, Fault.of(Fault.Kind.REFUSE)));
        all.add(api("hanging", true, false, Fault.of(Fault.Kind.HANG)));
        all.add(api("slow by 0.8 s", true, false, Fault.delay(Duration.ofMillis(800))));
        all.add(api("every other call fails", false, true, Fault.of(Fault.Kind.ALTERNATE)));
        all.add(api("on and off every second", false, true, new Fault(Fault.Kind.FLAPPING, 503, 1_000)));
        all.add(api("errors only", false, false, Fault.status(500)));
        for (Fault.Kind kind : List.of(Fault.Kind.RUBBISH, Fault.Kind.ENDLESS, Fault.Kind.REDIRECT, Fault.Kind.DRIP)) {
            all.add(api(kind.name().toLowerCase(Locale.ROOT), false, false, Fault.of(kind)));
        }
        return all;
    }

    private static Case refused(String dependency) {
        return proxied(dependency, "refused", true, false, FaultProxy::refuse);
    }

    private static Case hanging(String dependency) {
        return proxied(dependency, "hanging", true, false, FaultProxy::hang);
    }

    private static Case proxied(
            String dependency, String kind, boolean sudden, boolean comesAndGoes, Consumer<FaultProxy> fault) {
        return new Case(
                dependency, kind, sudden, comesAndGoes, test -> fault.accept(test.way(dependency)), test -> test.way(
                                dependency)
                        .pass());
    }

    private static Case killed(String dependency) {
        Server server = SERVERS.get(dependency);
        return new Case(
                dependency, "killed", true, false, test -> test.stack.kill(server), test -> test.stack.start(server));
    }

    private static Case api(String kind, boolean sudden, boolean comesAndGoes, Fault fault) {
        return new Case(
                "recommendation-api",
                kind,
                sudden,
                comesAndGoes,
                test -> test.stack.recommendations(fault),
                test -> test.stack.recommendations(Fault.of(Fault.Kind.NONE)));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void faults_underTraffic_areNoticedBridgedAndOver(List<Case> faults) throws InterruptedException, IOException {
        LevelView view = new LevelView(pod);
        table.add(
                "| fault | noticed | 5xx where there is a fallback | p99 of recommendations / users / payments before "
                        + "| while away | the fallback's own | recovered | changes |");
        table.add("|---|---|---|---|---|---|---|---|");
        try (LevelTraffic traffic = new LevelTraffic(pod)) {
            view.awaitNormal(PATIENCE);
            view.order("recommendations", "degraded", 60);
            pass(Duration.ofSeconds(4)); // its first answers load its classes
            long from = System.nanoTime();
            pass(Duration.ofSeconds(2));
            double own = LevelTraffic.p99(traffic.between(from, System.nanoTime()), "recommendations");
            view.revert("recommendations");
            for (Case fault : faults) {
                run(fault, traffic, view, own);
            }
        }
    }

    private void run(Case fault, LevelTraffic traffic, LevelView view, double own) throws IOException {
        view.awaitNormal(PATIENCE);
        long before = System.nanoTime();
        pass(Duration.ofSeconds(1));
        Instant since = Instant.now();
        long begin = System.nanoTime();
        fault.begin().accept(this);
        LevelView.until(PATIENCE, () -> view.noticed(fault.dependency(), since).isPresent());
        Duration noticed = view.noticed(fault.dependency(), since).orElseThrow();
        long known = System.nanoTime();
        pass(SOAK && fault.comesAndGoes() ? A_MINUTE : AWAY);
        long changes = view.mostChanges(since);
        long end = System.nanoTime();
        fault.end().accept(this);
        Duration recovered = LevelView.until(PATIENCE, view::isAllNormal);
        assertEquals(List.of(), printedByTheClient(), "in the log");
        List<Call> well = traffic.between(before, begin);
        List<Call> away = traffic.between(known, end);
        List<Call> all = traffic.between(begin, System.nanoTime());

        long errors = all.stream().filter(call -> fault.isBroken(call)).count();
        String row = "| %s | %d ms | %d | %s | %s | %.0f ms | %d ms | %d |"
                .formatted(
                        fault, noticed.toMillis(), errors, p99s(well), p99s(away), own, recovered.toMillis(), changes);
        table.add(row);
        assertTrue(noticed.compareTo(fault.sudden() ? NOTICED_IN_TRAFFIC : NOTICED) < 0, row);
        assertEquals(0, errors, row);
        assertTrue(fault.comesAndGoes() || recovered.compareTo(RECOVERED) < 0, row);
        assertTrue(changes <= MOST_CHANGES_A_MINUTE, row);
        assertEquals(List.of(), view.leaps(since), row);
        assertTrue(LevelTraffic.p99(away, "recommendations") < 2 * own + NOISE_MS, row);
        for (String feature : List.of("users", "payments")) {
            // these have no handler of their own to compare with, but they wait for nobody who is away
            assertTrue(LevelTraffic.p99(away, feature) < 2 * LevelTraffic.p99(well, feature) + NOISE_MS, row);
        }
    }

    /// What the timers of PostgreSQL's pool say of statements that failed half a minute ago, and what its client
    /// prints of lost connections past the log's format.
    private List<String> printedByTheClient() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of(pod.status().log()))) {
            return lines.filter(line -> line.contains("Result is already complete")
                            || PRINTED.matcher(line).lookingAt())
                    .toList();
        }
    }

    private static String p99s(List<Call> calls) {
        return "%.0f / %.0f / %.0f ms"
                .formatted(
                        LevelTraffic.p99(calls, "recommendations"),
                        LevelTraffic.p99(calls, "users"),
                        LevelTraffic.p99(calls, "payments"));
    }

    @Test
    void faults_whileNobodyCalls_areNoticedByProbes() {
        LevelView view = new LevelView(pod);
        LevelView.until(PATIENCE, view::isAllNormal);
        pass(Duration.ofSeconds(10)); // in which a pod's slow answers are its own
        Instant since = Instant.now();
        way("postgresql").hang();
        way("redis").refuse();
        way("kafka").hang();
        stack.recommendations(Fault.of(Fault.Kind.HANG));
        pass(NOTICED);
        for (String dependency : List.of("postgresql", "redis", "kafka", "recommendation-api")) {
            Optional<Duration> noticed = view.noticed(dependency, since);
            table.add("idle, %s: noticed after %s ms".formatted(dependency, noticed.map(Duration::toMillis)));
            assertTrue(noticed.isPresent(), dependency + " was not noticed within " + NOTICED);
        }
        ways.values().forEach(FaultProxy::pass);
        stack.recommendations(Fault.of(Fault.Kind.NONE));
        Duration recovered = LevelView.until(PATIENCE, view::isAllNormal);
        table.add("idle, all of them: recovered after %d ms".formatted(recovered.toMillis()));
        assertTrue(recovered.compareTo(RECOVERED) < 0, recovered.toString());
    }

    @Test
    void allKilled_broughtBackOneByOne_answersThroughoutAndEndsNormal() throws InterruptedException {
        LevelView view = new LevelView(pod);
        try (LevelTraffic traffic = new LevelTraffic(pod)) {
            view.awaitNormal(PATIENCE);
            SERVERS.values().forEach(stack::kill);
            stack.recommendations(Fault.of(Fault.Kind.REFUSE));
            LevelView.until(
                    PATIENCE,
                    () -> view.overall().equals("minimal")
                            && view.level("recommendations").equals("minimal"));
            long from = System.nanoTime();
            pass(Duration.ofSeconds(2));
            assertEquals(200, view.health("ready"));
            assertEquals(200, view.health("live"));
            assertEquals(503, view.health("well"));
            List<Call> alone = traffic.between(from, System.nanoTime());
            assertEquals(
                    List.of(), alone.stream().filter(call -> call.status() == 0).toList(), "not answered");
            assertEquals(
                    List.of(),
                    alone.stream()
                            .filter(call -> call.feature().equals("recommendations")
                                    && !call.isShed()
                                    && !(call.status() == 200 && call.source().equals("empty")))
                            .toList(),
                    "recommended something");
            assertEquals(
                    List.of(),
                    alone.stream()
                            .filter(call -> call.feature().equals("payments") || call.isServerError())
                            .filter(call -> call.status() != 503 || !call.retryAfter())
                            .toList(),
                    "a failure that does not say when to come again");

            for (String dependency : List.of("kafka", "redis", "postgresql")) {
                stack.start(SERVERS.get(dependency));
                pass(Duration.ofSeconds(1));
            }
            stack.recommendations(Fault.of(Fault.Kind.NONE));
            Duration back = LevelView.until(PATIENCE, view::isAllNormal);
            table.add("all killed, brought back one by one: normal %d ms after the last".formatted(back.toMillis()));
            long healed = System.nanoTime();
            pass(Duration.ofSeconds(1));
            List<Call> whole = traffic.between(healed, System.nanoTime());
            assertTrue(whole.stream().noneMatch(Call::isServerError), "all features work again");
            List<Call> throughout = traffic.between(from, System.nanoTime());
            assertTrue(throughout.stream().noneMatch(call -> call.status() == 0), "it answered throughout");
            assertEquals(
                    List.of(),
                    throughout.stream()
                            .filter(call -> call.feature().endsWith("ness") && call.status() != 200)
                            .toList(),
                    "ready and alive throughout");
        }
    }

    private static void pass(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }
}
