package dev.ballast.degradation;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.degradation.Feature.Spec;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Fallbacks that run in the background.
class RehearsalsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final DegradationFixture fixture = new DegradationFixture(Spec.of("items"), Spec.of("others"));
    private final Rehearsals rehearsals = new Rehearsals(
            fixture.degradation,
            fixture.dependencies,
            DegradationFixture.settings(Map.of("ballast.degradation.rehearse-every", "PT0.02S")),
            fixture.registry);
    private final AtomicBoolean works = new AtomicBoolean(true);

    @AfterEach
    void end() {
        fixture.close();
    }

    @Test
    void fallbackThatDoesNotWork_isCounted_andToldOfOnceUntilItWorksAgain() {
        fixture.degradation
                .feature("items")
                .<Long, String>normal(_ -> Uni.createFrom().failure(new AssertionError("not to be rehearsed")))
                .degraded(_ -> works.get()
                        ? Uni.createFrom().item("popular")
                        : Uni.createFrom().failure(new IllegalStateException("an empty table")))
                .minimal(_ -> Uni.createFrom().item("none"))
                .rehearsedWith(7L);
        try (LogCapture log = new LogCapture(Rehearsals.class)) {
            rehearsals.start(new StartupEvent());
            await().atMost(PATIENCE).until(() -> ran("degraded", "ok") > 2 && ran("minimal", "ok") > 2);
            assertEquals(Map.of("items/degraded", "ok", "items/minimal", "ok"), rehearsals.outcomes());

            for (int time = 1; time <= 2; time++) {
                works.set(false);
                double before = ran("degraded", "failed");
                await().atMost(PATIENCE).until(() -> ran("degraded", "failed") > before + 2);
                assertEquals(Map.of("items/degraded", "failed", "items/minimal", "ok"), rehearsals.outcomes());
                assertEquals(time, log.lines().size(), log.lines()::toString);

                works.set(true);
                await().atMost(PATIENCE)
                        .until(() -> rehearsals.outcomes().get("items/degraded").equals("ok"));
            }
            List<String> lines = log.lines();
            assertTrue(
                    lines.getFirst()
                            .contains("The fallback of items for degraded does not work:"
                                    + " java.lang.IllegalStateException: an empty table"),
                    lines::toString);
            assertEquals(0, ran("minimal", "failed"));
        }
    }

    private double ran(String level, String outcome) {
        return fixture
                .registry
                .find("ballast.degradation.rehearsals")
                .tags("feature", "items", "level", level, "outcome", outcome)
                .counters()
                .stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }
}
