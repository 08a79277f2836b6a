package dev.ballast.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.Fault;
import dev.ballast.stack.FaultProxy;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Server;
import dev.ballast.stack.Stack;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Real faults of every dependency, under traffic and without: how soon each is noticed, what callers get meanwhile,
// how
/// soon all is well again. `-Psoak` tries every fault of every dependency on a pod of its own, `verify` one of each
// kind.
/// Prints the README's table.
class DegradationFaultIT {
    private static final boolean SOAK = Integer.getInteger("ballast.soak", 1) > 1;
    private static final Duration NOTICED_IN_TRAFFIC = Duration.ofSeconds(1);
    private static final Duration NOTICED = Duration.ofSeconds(3);
    private static final Duration RECOVERED = Duration.ofSeconds(10);
    private static final Duration AWAY = Duration.ofSeconds(SOAK ? 20 : 2);
    private static final Duration A_MINUTE = Duration.ofSeconds(60);
    private static final Duration SLOW = Duration.ofMillis(350);
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int MOST_CHANGES_A_MINUTE = 6;

    /// A busy machine's own share of a p99, which is the slowest of 40 answers in `verify`.
    private static final double NOISE_MS = SOAK ? 50 : 150;

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
    /// @param comesAndGoes whether it is over now and then, so that it is not a first failure that is recovered
    // from
    private record Case(
            String dependency,
            String kind,
            boolean sudden,
            boolean comesAndGoes,
            Consumer<DegradationFaultIT> begin,
            Consumer<DegradationFaultIT> end) {
        @Override
        public String toString() {
            return dependency + " " + kind;
        }
    }

    /// What is tried one after the other on the same pod.
    static Stream<List<Case>> faults() {
        return SOAK ? all().stream().map(List::of) : Stream.of(oneOfEachKind());
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
    @EnabledIfSystemProperty(named = "ballast.degradation", matches = ".+")
    void faults_underTraffic_areNoticedBridgedAndOver(List<Case> faults) throws InterruptedException {
        LevelView view = new LevelView(pod);
        table.add("| fault | noticed | 5xx where there is a fallback | p99 of recommendations / users before "
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

    private void run(Case fault, LevelTraffic traffic, LevelView view, double own) {
        view.awaitNormal(PATIENCE);
        long before = System.nanoTime();
        pass(Duration.ofSeconds(1));
        long changesBefore = view.changes(fault.dependency());
        Instant since = Instant.now();
        long begin = System.nanoTime();
        fault.begin().accept(this);
        LevelView.until(PATIENCE, () -> view.noticed(fault.dependency(), since).isPresent());
        Duration noticed = view.noticed(fault.dependency(), since).orElseThrow();
        long known = System.nanoTime();
        pass(SOAK && fault.comesAndGoes() ? A_MINUTE : AWAY);
        assertEquals(200, view.health("ready"), fault + ": ready");
        assertEquals(200, view.health("live"), fault + ": alive");
        long changes = view.changes(fault.dependency()) - changesBefore;
        long end = System.nanoTime();
        fault.end().accept(this);
        Duration recovered = LevelView.until(PATIENCE, view::isAllNormal);

        List<LevelTraffic.Call> away = traffic.between(known, end);
        long errors = traffic.between(begin, System.nanoTime()).stream()
                .filter(LevelTraffic.Call::isServerError)
                .filter(call -> !(fault.dependency().equals("postgresql")
                        && call.feature().equals("payments")))
                .count();
        String row = "| %s | %d ms | %d | %.0f / %.0f ms | %.0f / %.0f ms | %.0f ms | %d ms | %d |"
                .formatted(
                        fault,
                        noticed.toMillis(),
                        errors,
                        LevelTraffic.p99(traffic.between(before, begin), "recommendations"),
                        LevelTraffic.p99(traffic.between(before, begin), "users"),
                        LevelTraffic.p99(away, "recommendations"),
                        LevelTraffic.p99(away, "users"),
                        own,
                        recovered.toMillis(),
                        changes);
        table.add(row);
        Duration limit = fault.sudden() ? NOTICED_IN_TRAFFIC : NOTICED;
        assertTrue(noticed.compareTo(limit) < 0, row);
        assertEquals(0, errors, row);
        assertTrue(fault.comesAndGoes() || recovered.compareTo(RECOVERED) < 0, row);
        assertTrue(changes <= MOST_CHANGES_A_MINUTE, row);
        assertTrue(LevelTraffic.p99(away, "recommendations") < 2 * own + NOISE_MS, row);
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
    @EnabledIfSystemProperty(named = "ballast.degradation", matches = ".+")
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
            List<LevelTraffic.Call> alone = traffic.between(from, System.nanoTime());
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

            for (String dependency : List.of("kafka", "redis", "postgresql")) {
                stack.start(SERVERS.get(dependency));
                pass(Duration.ofSeconds(1));
            }
            stack.recommendations(Fault.of(Fault.Kind.NONE));
            Duration back = LevelView.until(PATIENCE, view::isAllNormal);
            table.add("all killed, brought back one by one: normal %d ms after the last".formatted(back.toMillis()));
            long healed = System.nanoTime();
            pass(Duration.ofSeconds(1));
            List<LevelTraffic.Call> whole = traffic.between(healed, System.nanoTime());
            assertTrue(whole.stream().noneMatch(LevelTraffic.Call::isServerError), "all features work again");
            assertTrue(
                    traffic.between(from, System.nanoTime()).stream().noneMatch(call -> call.status() == 0),
                    "it answered throughout");
        }
    }

    private static void pass(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }
}
