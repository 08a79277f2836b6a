package dev.ballast.degradation;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// How dependencies are asked.
class ProberTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final DegradationFixture fixture = DegradationFixture.onTheRealClock();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger mostUnderWay = new AtomicInteger();

    @AfterEach
    void end() {
        fixture.close();
    }

    @Test
    void noAnswer_isGivenUpBeforeTheNextQuestion_andGoneAfterTwo() {
        fixture.probe(probe(true, Uni.createFrom().<Void>nothing()));
        Dependency dependency = fixture.dependencies.named("test");
        await().atMost(PATIENCE).until(() -> dependency.condition() == Condition.GONE && asked.get() > 3);
        assertEquals(1, mostUnderWay.get());
        assertEquals("down: TimeoutException", dependency.lastProbe().said());
        assertTrue(dependency.lastProbe().took().toMillis() >= 399, dependency.lastProbe()::toString);
    }

    @Test
    void answer_isHeard_andAskedForAgain() {
        fixture.probe(probe(true, Uni.createFrom().voidItem()));
        Dependency dependency = fixture.dependencies.named("test");
        await().atMost(PATIENCE).until(() -> dependency.probes().ok() > 1);
        assertEquals("up", dependency.lastProbe().said());
    }

    @Test
    void nothingToAsk_isNotAskedAndNoDependency() {
        fixture.probe(probe(false, Uni.createFrom().voidItem()));
        assertEquals(0, asked.get());
        assertEquals(List.of(), List.copyOf(fixture.dependencies.all()));
    }

    private Probe probe(boolean configured, Uni<Void> answer) {
        return new Probe() {
            @Override
            public String dependency() {
                return "test";
            }

            @Override
            public boolean isConfigured() {
                return configured;
            }

            @Override
            public Uni<Void> check() {
                asked.incrementAndGet();
                mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                return answer.onTermination().invoke(underWay::decrementAndGet);
            }
        };
    }
}
