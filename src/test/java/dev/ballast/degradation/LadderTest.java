package dev.ballast.degradation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ballast.degradation.Feature.Spec;
import dev.ballast.problem.DomainException;
import dev.ballast.problem.Kind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Which handler answers.
class LadderTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Feature feature = new Feature(Spec.of("test"), new Feature.Meters("test", registry));
    private final List<String> asked = new ArrayList<>();

    @ParameterizedTest
    @EnumSource
    void handle_allWork_asksTheLevelsOwnAlone(Level level) {
        feature.enter(new Feature.State(level, "the test"));
        Ladder.Answer<String> answer = handle(ladder(null, null, null));
        assertEquals(level, answer.level());
        assertEquals(List.of(level.wireName()), asked);
        assertEquals(level != Level.NORMAL, answer.isFallback());
    }

    @Test
    void handle_failing_fallsOneByOneForThisRequest() {
        Ladder<String, String> ladder =
                ladder(new IllegalStateException("first"), new IllegalStateException("second"), null);
        assertEquals(Level.MINIMAL, handle(ladder).level());
        assertEquals(List.of("normal", "degraded", "minimal"), asked);
        assertEquals(Level.NORMAL, feature.level());
        assertEquals(
                1,
                registry.counter("ballast.degradation.falls", "feature", "test", "from", "degraded")
                        .count());
    }

    @Test
    void handle_degradedByDependencies_triesOneInTenInFullAndWaitsForNone() {
        feature.enter(new Feature.State(Level.DEGRADED, "the test"));
        Ladder<String, String> ladder = feature.<String, String>normal(_ -> {
                    asked.add("normal");
                    return Uni.createFrom().nothing();
                })
                .degraded(_ -> answer("degraded", null))
                .minimal(_ -> answer("minimal", null));
        for (int i = 0; i < 30; i++) {
            assertEquals(Level.DEGRADED, handle(ladder).level());
        }
        assertEquals(3, asked.stream().filter("normal"::equals).count());
    }

    @Test
    void handle_ordered_triesNothing() {
        feature.enter(new Feature.State(Level.DEGRADED, "the test", true));
        Ladder<String, String> ladder = ladder(null, null, null);
        for (int i = 0; i < 30; i++) {
            assertEquals(Level.DEGRADED, handle(ladder).level());
        }
        assertEquals(30, asked.stream().filter("degraded"::equals).count());
        assertEquals(30, asked.size());
    }

    @Test
    void handle_allFail_failsWithTheLastFailure() {
        IllegalStateException last = new IllegalStateException("third");
        Ladder<String, String> ladder = ladder(new RuntimeException("first"), new RuntimeException("second"), last);
        assertEquals(last, assertThrows(IllegalStateException.class, () -> handle(ladder)));
    }

    @Test
    void handle_callersFault_isTheAnswer() {
        Ladder<String, String> ladder = ladder(new Fault(Kind.INVALID), null, null);
        assertThrows(Fault.class, () -> handle(ladder));
        assertEquals(List.of("normal"), asked);
    }

    @Test
    void handle_dependencyAway_falls() {
        assertEquals(
                Level.DEGRADED,
                handle(ladder(new Fault(Kind.UNAVAILABLE), null, null)).level());
    }

    @Test
    void rehearse_runsTheFallbackAlone() {
        ladder(null, null, null)
                .rehearsedWith("sample")
                .rehearse(Level.DEGRADED)
                .await()
                .indefinitely();
        assertEquals(List.of("degraded"), asked);
    }

    private static Ladder.Answer<String> handle(Ladder<String, String> ladder) {
        return ladder.handle("asked").await().indefinitely();
    }

    private Ladder<String, String> ladder(Throwable normalOrNull, Throwable degradedOrNull, Throwable minimalOrNull) {
        return feature.<String, String>normal(_ -> answer("normal", normalOrNull))
                .degraded(_ -> answer("degraded", degradedOrNull))
                .minimal(_ -> answer("minimal", minimalOrNull));
    }

    private Uni<String> answer(String handler, Throwable failureOrNull) {
        asked.add(handler);
        return failureOrNull == null
                ? Uni.createFrom().item(handler)
                : Uni.createFrom().failure(failureOrNull);
    }

    private static final class Fault extends DomainException {
        Fault(Kind kind) {
            super(kind, "a fault");
        }
    }
}
