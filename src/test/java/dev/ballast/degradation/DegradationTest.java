package dev.ballast.degradation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.degradation.Feature.Spec;
import io.micrometer.core.instrument.Counter;
import io.opentelemetry.sdk.trace.data.EventData;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Who has a say in the levels, and who goes before whom.
class DegradationTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final DegradationFixture fixture = new DegradationFixture(
            Spec.of("items").uses("api").givenUpFirst(),
            Spec.of("payments").needs("postgresql").uses("kafka"));
    private final Degradation degradation = fixture.degradation;

    @AfterEach
    void end() {
        fixture.close();
    }

    @Test
    void allWell_isNormal() {
        fixture.look();
        assertEquals("normal", degradation.header());
        assertEquals(Level.NORMAL, degradation.overall());
        assertEquals(List.of(), fixture.told());
    }

    @Test
    void softDependencyGone_degradesWhatUsesIt() {
        fixture.kill("api");
        assertEquals("degraded; items=degraded", degradation.header());
        assertEquals("api gone", degradation.feature("items").why());
        assertEquals(
                List.of(
                        "dependency api: well -> gone (2 in a row, the last one refused)",
                        "feature items: normal -> degraded (api gone)",
                        "service ballast: normal -> degraded (by its parts)"),
                fixture.told());
        assertEquals(
                Map.of("dependency api gone", 1.0, "feature items degraded", 1.0, "service ballast degraded", 1.0),
                fixture.registry.get("ballast.degradation.changes").counters().stream()
                        .collect(Collectors.toMap(
                                change -> "%s %s %s"
                                        .formatted(
                                                change.getId().getTag("subject"),
                                                change.getId().getTag("name"),
                                                change.getId().getTag("to")),
                                Counter::count)));
    }

    @Test
    void ordered_whoAndWhyAreForPeopleAndNotForTheTrace() {
        fixture.order("items", Level.MINIMAL, HOUR);
        fixture.order(null, Level.MINIMAL, HOUR);
        assertTrue(degradation.revert(null, "ada"));
        fixture.wait(HOUR);
        fixture.look();
        assertTrue(fixture.told().contains("override items: none -> minimal (ada: a test)"), "" + fixture.told());
        List<EventData> exported = fixture.spans.all().stream()
                .flatMap(span -> span.getEvents().stream())
                .toList();
        assertEquals(fixture.told().size(), exported.size());
        assertEquals(
                List.of(),
                exported.stream()
                        .map(event -> event.getAttributes().toString())
                        .filter(text -> text.contains("ada") || text.contains("a test"))
                        .toList());
    }

    /// What follows from an order is told in the trace of the request that gave it.
    @Test
    void order_whileLevelsAreLookedAt_isToldByWhoOrders() throws InterruptedException {
        AtomicBoolean ended = new AtomicBoolean();
        AtomicInteger looks = new AtomicInteger();
        Thread looking = new Thread(() -> {
            while (!ended.get()) {
                fixture.look();
                looks.incrementAndGet();
            }
        });
        try (LogCapture log = new LogCapture(Events.class)) {
            looking.start();
            for (int i = 0; i < 1_000 || looks.get() < 1_000; i++) {
                fixture.order("items", Level.MINIMAL, HOUR);
                assertTrue(degradation.revert("items", "ada"));
            }
            ended.set(true);
            looking.join();
            assertEquals(List.of(), log.linesBy(looking));
            assertTrue(log.lines().size() >= 4_000, "" + log.lines().size());
        } finally {
            ended.set(true);
        }
    }

    @Test
    void changed_byARule_traceNamesIt() {
        fixture.kill("api");
        assertTrue(
                fixture.spans.all().stream()
                        .flatMap(span -> span.getEvents().stream())
                        .anyMatch(
                                event -> event.getAttributes().toString().contains("2 in a row, the last one refused")),
                "the rule that fired");
    }

    @Test
    void coreGone_serviceIsMinimal() {
        fixture.kill("postgresql");
        assertEquals("minimal; payments=minimal", degradation.header());
    }

    @Test
    void coreFailing_serviceIsDegraded() {
        fixture.halve("postgresql");
        assertEquals("degraded; payments=degraded", degradation.header());
    }

    @Test
    void pressure_takesWhatIsOptional_toItsLevelOrThatOfItsDependencies() {
        fixture.kill("api");
        degradation.press(Level.MINIMAL, "too much to do");
        fixture.look();
        assertEquals("degraded; items=minimal", degradation.header());
        assertEquals("too much to do", degradation.feature("items").why());
        assertEquals("too much to do", degradation.pressure());

        degradation.press(Level.DEGRADED, "less of it");
        fixture.look();
        assertEquals("degraded; items=degraded", degradation.header());
        assertEquals("api gone", degradation.feature("items").why());
        assertEquals("less of it", degradation.pressure());

        degradation.press(Level.NORMAL, "none of it");
        fixture.look();
        assertNull(degradation.pressure());
        assertEquals("degraded; items=degraded", degradation.header());
    }

    @Test
    void pressure_whereAllIsWell_isTheReason() {
        degradation.press(Level.DEGRADED, "less of it");
        fixture.look();
        assertEquals("degraded; items=degraded", degradation.header());
        assertEquals("less of it", degradation.feature("items").why());
    }

    @Test
    void order_goesBeforePressureAndDependencies() {
        fixture.kill("api");
        degradation.press(Level.MINIMAL, "too much to do");
        fixture.order("items", Level.NORMAL, HOUR);
        assertEquals("normal", degradation.header());
        assertEquals("ordered by ada: a test", degradation.feature("items").why());
    }

    @Test
    void failsForCallersButNotForProbes_doesNotComeAndGo() {
        Dependency api = fixture.dependencies.named("api");
        Ladder<Long, String> items = degradation
                .feature("items")
                .<Long, String>normal(_ -> {
                    api.ended(Outcome.FAILED, fixture.nanos.get());
                    return Uni.createFrom().failure(new IllegalStateException("a shard is down"));
                })
                .degraded(_ -> Uni.createFrom().item("popular"))
                .minimal(_ -> Uni.createFrom().item("none"));
        for (int tenth = 0; tenth < 600; tenth++) {
            for (int request = 0; request < 2; request++) {
                assertEquals("popular", items.handle(7L).await().indefinitely().value());
            }
            if (tenth % 5 == 0) {
                api.probed(Outcome.OK, fixture.nanos.get(), "up");
            }
            fixture.wait(Duration.ofMillis(100));
            fixture.look();
        }
        long changes = fixture.told().stream()
                .filter(told -> told.startsWith("feature"))
                .count();
        assertTrue(changes <= 2, fixture.told()::toString);
    }

    @Test
    void ordered_isTheOrderAlone() {
        fixture.kill("postgresql");
        assertEquals(Level.MINIMAL, degradation.feature("payments").level());
        assertEquals(Level.NORMAL, degradation.feature("payments").ordered());
        fixture.order(null, Level.DEGRADED, HOUR);
        assertEquals(Level.DEGRADED, degradation.feature("payments").ordered());
    }

    @Test
    void order_ofAFeature_goesBeforeThatOfAll() {
        fixture.order(null, Level.MINIMAL, HOUR);
        fixture.order("payments", Level.DEGRADED, HOUR);
        assertEquals("minimal; items=minimal; payments=degraded", degradation.header());
    }

    @Test
    void order_whenItsTimeIsOver_endsByItself() {
        fixture.order("items", Level.MINIMAL, Duration.ofSeconds(10));
        fixture.wait(Duration.ofMillis(9_900));
        fixture.look();
        assertEquals(Level.MINIMAL, degradation.feature("items").level());

        fixture.wait(Duration.ofMillis(100));
        fixture.look();
        assertEquals("normal", degradation.header());
        assertEquals(List.of(), List.copyOf(degradation.overrides()));
        assertTrue(fixture.told().contains("override items: minimal -> none (its time is over)"));
    }

    @Test
    void order_inPlaceOfAnother_saysSo_andHasItsOwnTime() {
        fixture.order("items", Level.MINIMAL, Duration.ofSeconds(1));
        fixture.order("items", Level.DEGRADED, HOUR);
        fixture.wait(Duration.ofSeconds(2));
        fixture.look();
        assertEquals("degraded; items=degraded", degradation.header());
        assertTrue(fixture.told().contains("override items: minimal -> degraded (ada: a test)"), "" + fixture.told());
    }

    @Test
    void revert_endsTheOneThatIsNamed() {
        fixture.order(null, Level.DEGRADED, HOUR);
        fixture.order("items", Level.MINIMAL, HOUR);
        assertTrue(degradation.revert("items", "ada"));
        assertFalse(degradation.revert("items", "ada"));
        assertEquals("degraded; items=degraded; payments=degraded", degradation.header());
        assertTrue(degradation.revert(null, "ada"));
        assertEquals("normal", degradation.header());
    }

    @Test
    void lateEventLoops_excuseMissingAnswers_butNotForLong() {
        Dependency dependency = fixture.dependencies.named("api");
        assertEquals(Condition.WELL, afterLateLoopsAndTimeouts(dependency, Duration.ofMillis(1_900)));
        assertEquals(Condition.GONE, afterLateLoopsAndTimeouts(dependency, Duration.ofMillis(1_200)));
    }

    @Test
    void foundSilent_whileThePodStops_doesNotFailTheCall() {
        fixture.dependencies.close();
        fixture.kill("api");
        assertEquals(Condition.GONE, fixture.dependencies.named("api").condition());
    }

    @Test
    void settings_thatCannotBe_areNamed() {
        assertEquals(List.of(), DegradationSettings.problems(DegradationFixture.settings(Map.of())));
        List<String> problems = DegradationSettings.problems(DegradationFixture.settings(Map.of(
                "ballast.degradation.probe-timeout", "PT0.5S",
                "ballast.degradation.enter-below", "0.99",
                "ballast.degradation.leave-windows", "0",
                "ballast.degradation.stay", "PT1M",
                "ballast.degradation.events", "0")));
        assertEquals(5, problems.size(), problems::toString);
        problems.addAll(DegradationSettings.problems(DegradationFixture.settings(Map.of(
                "ballast.degradation.probe-jitter", "0.6",
                "ballast.degradation.leave-above", "1",
                "ballast.degradation.minimum-volume", "0",
                "ballast.degradation.slow-after", "PT0S",
                "ballast.degradation.late-after", "PT0S",
                "ballast.degradation.silence", "PT0.09S",
                "ballast.degradation.excuse", "PT0S",
                "ballast.degradation.warm-up", "PT-1S",
                "ballast.degradation.rehearse-every", "PT0S",
                "ballast.degradation.slow.kafka", "PT0S"))));
        assertEquals(15, problems.size(), problems::toString);
        assertEquals("ballast.degradation.slow.kafka must be at least PT0.001S, not PT0S", problems.getLast());
        assertEquals(
                "ballast.degradation.probe-timeout must be at most PT0.4S and below probe-every, not PT0.5S",
                problems.getFirst());
        assertEquals(
                List.of("ballast.degradation.gone-below, enter-below and leave-above must not fall: 0.1, NaN, 0.98"),
                DegradationSettings.problems(
                        DegradationFixture.settings(Map.of("ballast.degradation.enter-below", "NaN"))));
    }

    @Test
    void settings_ofDependenciesThatNobodyHas_areNamed() {
        Set<String> known = Set.of("postgresql", "kafka");
        assertEquals(List.of(), DegradationSettings.unknown(DegradationFixture.settings(Map.of()), known));
        assertEquals(
                List.of(
                        "ballast.degradation.core names redsi, which is no dependency; there are: kafka, postgresql",
                        "ballast.degradation.slow names kafak, which is no dependency; there are: kafka, postgresql"),
                DegradationSettings.unknown(
                        DegradationFixture.settings(Map.of(
                                "ballast.degradation.core", "redsi,kafka",
                                "ballast.degradation.slow.kafak", "PT1S")),
                        known));
    }

    @Test
    void lateEventLoops_timelyBetween_excuseAnew() {
        Dependency dependency = fixture.dependencies.named("api");
        for (int i = 0; i < 3; i++) {
            assertEquals(Condition.WELL, afterLateLoopsAndTimeouts(dependency, Duration.ofMillis(1_900)));
            fixture.wait(Duration.ofSeconds(1));
            dependency.ended(Outcome.OK, fixture.nanos.get());
        }
    }

    /// Each look at the loops finds them late, and each call is not answered.
    private Condition afterLateLoopsAndTimeouts(Dependency dependency, Duration time) {
        for (long passed = 0; passed < time.toMillis(); passed += 100) {
            fixture.dependencies.heldUp(Duration.ofMillis(500));
            long begin = fixture.nanos.get();
            fixture.wait(Duration.ofMillis(100));
            dependency.ended(Outcome.TIMED_OUT, begin);
        }
        return dependency.condition();
    }
}
