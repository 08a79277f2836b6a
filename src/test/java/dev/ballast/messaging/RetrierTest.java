package dev.ballast.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ballast.kafka.InboundRecord;
import dev.ballast.kafka.RecordId;
import dev.ballast.messaging.Interruption.Abandoned;
import dev.ballast.messaging.Interruption.Postponed;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class RetrierTest {
    private static final InboundRecord RECORD =
            new InboundRecord(new RecordId("payments", 1, 7), new byte[0], new byte[0], new RecordHeaders(), null);
    private static final Outcome DONE = new Outcome.Done("completed");
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicInteger made = new AtomicInteger();
    private final Attempts attempts = new Attempts(5, () -> NOW);

    @Test
    void decide_doneAtOnce_oneAttempt() {
        assertEquals(DONE, decide(attempt -> Uni.createFrom().item(DONE)));
        assertEquals(1, made.get());
    }

    @Test
    void decide_dependencyAwayForLongerThanAnyBudget_repeatsUntilDone() {
        Outcome outcome =
                decide(attempt -> attempt < 50 ? away() : Uni.createFrom().item(DONE));

        assertEquals(DONE, outcome);
        assertEquals(
                49,
                registry.counter("ballast.messaging.retries", "topic", "payments", "cause", "postgresql")
                        .count());
    }

    @Test
    void decide_unforeseenFailureEachTime_poisonAfterFiveAttempts() {
        IllegalStateException bug = new IllegalStateException("bug");

        Outcome outcome = decide(attempt -> Uni.createFrom().failure(bug));

        Outcome.Poison poison = assertInstanceOf(Outcome.Poison.class, outcome);
        assertEquals("attempts-exhausted", poison.reason());
        assertEquals(bug, poison.cause());
        assertEquals(5, made.get());
        assertEquals(5, attempts.counted(true));
    }

    @Test
    void decide_attemptThrows_countsAsUnforeseenFailure() {
        assertInstanceOf(Outcome.Poison.class, decide(attempt -> {
            throw new IllegalStateException("bug");
        }));
    }

    @Test
    void decide_outageBetweenFailures_outageUsesUpNoAttempt() {
        Outcome outcome = decide(
                attempt -> attempt % 2 == 0 ? away() : Uni.createFrom().failure(new IllegalStateException("bug")));

        assertInstanceOf(Outcome.Poison.class, outcome);
        assertEquals(9, made.get());
    }

    @Test
    void decide_poisonAfterTwoFailures_tellsThreeAttemptsAndTheFirstFailure() {
        Outcome poison = new Outcome.Poison("not-json", "cannot be parsed");

        assertEquals(
                poison,
                decide(attempt -> attempt < 3
                        ? Uni.createFrom().failure(new IllegalStateException("bug"))
                        : Uni.createFrom().item(poison)));
        assertEquals(3, attempts.counted(false));
        assertEquals(NOW, attempts.firstFailureAt());
    }

    @Test
    void decide_partitionRevoked_endsWithoutAnOutcome() {
        assertThrows(
                Abandoned.class,
                () -> decide(attempt -> attempt < 3 ? away() : Uni.createFrom().failure(new Abandoned())));
    }

    private static Uni<Outcome> away() {
        return Uni.createFrom().failure(new Postponed(new Outcome.Later("postgresql", new IOException("refused"))));
    }

    private Outcome decide(IntFunction<Uni<Outcome>> attempt) {
        Backoff backoff = new Backoff(Duration.ofMillis(1), Duration.ofMillis(1), new Random(1));
        return new Retrier(backoff, new DeliveryMetrics(registry, "payments"))
                .decide(RECORD, attempts, Runnable::run, () -> attempt.apply(made.incrementAndGet()))
                .await()
                .atMost(Duration.ofSeconds(10));
    }
}
