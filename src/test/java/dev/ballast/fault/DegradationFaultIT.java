package dev.ballast.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.stack.Fault;
import dev.ballast.stack.FaultProxy;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Server;
import dev.ballast.stack.Stack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Real faults of every dependency under traffic: how soon each is noticed, what callers get meanwhile, how soon
/// all is well again. `-Psoak` tries every fault of every dependency, `verify` one of each kind. Prints the
/// README's table.
class DegradationFaultIT {
    private static final boolean SOAK = Integer.getInteger("ballast.soak", 1) > 1;
    private static final Duration NOTICED_IN_TRAFFIC = Duration.ofSeconds(1);
    private static final Duration NOTICED = Duration.ofSeconds(3);
    private static final Duration RECOVERED = Duration.ofSeconds(10);
    private static final Duration AWAY = Duration.ofSeconds(SOAK ? 20 : 2);
    private static final Duration SLOW = Duration.ofMillis(350);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MOST_CHANGES_A_MINUTE = 6;

    /// A busy machine's own share of a p99.
    private static final double NOISE_MS = 150;

    private final Stack stack = Stack.shared();
    private final List<String> table = new ArrayList<>();
    private final Map<String, Server> servers =
            Map.of("postgresql", Server.POSTGRES, "redis", Server.REDIS, "kafka", Server.KAFKA);
    private FaultProxy postgres;
    private FaultProxy redis;
    private FaultProxy kafka;
    private Pod pod;

    @BeforeEach
    void start() {
        postgres = FaultProxy.to(stack, Server.POSTGRES);
        redis = FaultProxy.to(stack, Server.REDIS);
        kafka = FaultProxy.to(stack, Server.KAFKA);
        pod = stack.pod("levels")
                .environment("POSTGRES_URL", postgres.url())
                .environment("REDIS_URL", redis.url())
                .environment("KAFKA_BOOTSTRAP", kafka.url())
                .start();
    }

    @AfterEach
    void heal() {
        pod.close();
        List.of(postgres, redis, kafka).forEach(FaultProxy::close);
        stack.heal();
        table.forEach(System.out::println);
    }

    /// A fault of one dependency.
    ///
    /// @param sudden whether nobody is answered at all, which is noticed sooner than that some are not
    private record Case(String dependency, String kind, boolean sudden, Runnable begin, Runnable end) {}

    @Test
    void faults_underTraffic_areNoticedBridgedAndOver() throws InterruptedException {
        LevelView view = new LevelView(pod);
        table.add("| fault | noticed | 5xx where there is a fallback | p99 of recommendations / users before "
                + "| while away | the fallback's own | recovered | changes |");
        table.add("|---|---|---|---|---|---|---|---|");
        try (LevelTraffic traffic = new LevelTraffic(pod)) {
            LevelView.until(PATIENCE, view::isAllNormal);
            pass(Duration.ofSeconds(2)); // the pod's first requests load its classes
            long from = System.nanoTime();
            view.order("recommendations", "degraded", 60);
            pass(Duration.ofSeconds(2));
            double own = LevelTraffic.p99(traffic.between(from, System.nanoTime()), "recommendations");
            view.revert("recommendations");
            for (Case fault : SOAK ? all() : oneOfEachKind()) {
                run(fault, traffic, view, own);
            }
        }
    }

    private List<Case> oneOfEachKind() {
        return List.of(
                hanging("postgresql", postgres),
                killed("redis"),
                refused("kafka", kafka),
                api("slow by 0.8 s", true, Fault.delay(Duration.ofMillis(800))),
                api("every other call fails", false, Fault.of(Fault.Kind.ALTERNATE)));
    }

    private List<Case> all() {
        List<Case> all = new ArrayList<>();
        Map.of("postgresql", postgres, "redis", redis, "kafka", kafka).forEach((name, way) -> {
            all.add(refused(name, way));
            all.add(hanging(name, way));
            all.add(killed(name));
            all.add(new Case(name, "slow", false, () -> way.slow(SLOW), way::pass));
            all.add(new Case(name, "on and off every second", false, () -> way.flap(Duration.ofSeconds(1)), way::pass));
        });
        all.add(api("refused", true, Fault.of(Fault.Kind.REFUSE)));
        all.add(api("hanging", true, Fault.of(Fault.Kind.HANG)));
        all.add(api("slow by 0.8 s", true, Fault.delay(Duration.ofMillis(800))));
        all.add(api("every other call fails", false, Fault.of(Fault.Kind.ALTERNATE)));
        all.add(api("on and off every second", false, new Fault(Fault.Kind.FLAPPING, 503, 1_000)));
        all.add(api("errors only", false, Fault.status(500)));
        for (Fault.Kind kind : List.of(Fault.Kind.RUBBISH, Fault.Kind.ENDLESS, Fault.Kind.REDIRECT, Fault.Kind.DRIP)) {
            all.add(api(kind.name().toLowerCase(java.util.Locale.ROOT), false, Fault.of(kind)));
        }
        return all;
    }

    private static Case refused(String dependency, FaultProxy way) {
        return new Case(dependency, "refused", true, way::refuse, way::pass);
    }

    private static Case hanging(String dependency, FaultProxy way) {
        return new Case(dependency, "hanging", true, way::hang, way::pass);
    }

    private Case killed(String dependency) {
        Server server = servers.get(dependency);
        return new Case(dependency, "killed", true, () -> stack.kill(server), () -> stack.start(server));
    }

    private Case api(String kind, boolean sudden, Fault fault) {
        return new Case(
                "recommendation-api",
                kind,
                sudden,
                () -> stack.recommendations(fault),
                () -> stack.recommendations(Fault.of(Fault.Kind.NONE)));
    }

    private void run(Case fault, LevelTraffic traffic, LevelView view, double own) {
        LevelView.until(PATIENCE, view::isAllNormal);
        long before = System.nanoTime();
        pass(Duration.ofSeconds(1));
        long changes = view.changes(fault.dependency());
        long begin = System.nanoTime();
        fault.begin().run();
        Duration noticed = LevelView.until(
                PATIENCE, () -> !view.condition(fault.dependency()).equals("well"));
        long known = System.nanoTime();
        pass(AWAY);
        assertEquals(200, view.health("ready"), fault + ": ready");
        assertEquals(200, view.health("live"), fault + ": alive");
        long end = System.nanoTime();
        fault.end().run();
        Duration recovered = LevelView.until(PATIENCE, view::isAllNormal);
        changes = view.changes(fault.dependency()) - changes;

        List<LevelTraffic.Call> away = traffic.between(known, end);
        long errors = traffic.between(begin, System.nanoTime()).stream()
                .filter(LevelTraffic.Call::isServerError)
                .filter(call -> !(fault.dependency().equals("postgresql")
                        && call.feature().equals("payments")))
                .count();
        String row = "| %s %s | %d ms | %d | %.0f / %.0f ms | %.0f / %.0f ms | %.0f ms | %d ms | %d |"
                .formatted(
                        fault.dependency(),
                        fault.kind(),
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
        assertTrue(noticed.compareTo(limit.plusMillis(500)) < 0, row); // half a second for the asking
        assertEquals(0, errors, row);
        assertTrue(recovered.compareTo(RECOVERED) < 0, row);
        assertTrue(changes <= MOST_CHANGES_A_MINUTE, row);
        assertTrue(LevelTraffic.p99(away, "recommendations") < 2 * own + NOISE_MS, row);
    }

    @Test
    void allKilled_broughtBackOneByOne_answersThroughoutAndEndsNormal() throws InterruptedException {
        LevelView view = new LevelView(pod);
        try (LevelTraffic traffic = new LevelTraffic(pod)) {
            LevelView.until(PATIENCE, view::isAllNormal);
            List.of(postgres, redis, kafka).forEach(FaultProxy::refuse);
            stack.recommendations(Fault.of(Fault.Kind.REFUSE));
            LevelView.until(PATIENCE, () -> view.level("recommendations").equals("minimal"));
            long from = System.nanoTime();
            assertEquals("minimal", view.overall());
            pass(Duration.ofSeconds(2));
            assertEquals(200, view.health("ready"));
            assertEquals(200, view.health("live"));
            assertEquals(503, view.health("well"));
            List<LevelTraffic.Call> alone = traffic.between(from, System.nanoTime());
            assertTrue(alone.stream().noneMatch(call -> call.status() == 0), "all are answered");
            assertTrue(
                    alone.stream()
                            .filter(call -> call.feature().equals("recommendations"))
                            .allMatch(call ->
                                    call.status() == 200 && call.source().equals("empty")),
                    "nothing is recommended");

            for (FaultProxy way : List.of(kafka, redis, postgres)) {
                way.pass();
                pass(Duration.ofSeconds(1));
            }
            stack.recommendations(Fault.of(Fault.Kind.NONE));
            Duration back = LevelView.until(PATIENCE, view::isAllNormal);
            table.add("all killed, brought back one by one: normal %d ms after the last".formatted(back.toMillis()));
            long healed = System.nanoTime();
            pass(Duration.ofSeconds(1));
            assertTrue(
                    traffic.between(healed, System.nanoTime()).stream().noneMatch(LevelTraffic.Call::isServerError),
                    "all features work again");
        }
    }

    private static void pass(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }
}
