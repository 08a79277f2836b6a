package dev.ballast.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class ReliableConsumerTest {
    private static final InboundRecord RECORD = new InboundRecord("payments", 1, 7, new byte[0], new byte[0]);
    private static final Outcome DONE = new Outcome.Done("completed");
    private static final Outcome AWAY = new Outcome.Later("postgresql", new IOException("refused"));

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicInteger attempts = new AtomicInteger();

    @Test
    void decide_doneAtOnce_oneAttempt() {
        assertEquals(DONE, decide(attempt -> Uni.createFrom().item(DONE)));
        assertEquals(1, attempts.get());
    }

    @Test
    void decide_dependencyAwayForLongerThanAnyBudget_repeatsUntilDone() {
        Outcome outcome = decide(attempt -> Uni.createFrom().item(attempt < 50 ? AWAY : DONE));

        assertEquals(DONE, outcome);
        assertEquals(
                49,
                registry.counter("ballast.messaging.retries", "topic", "payments", "cause", "postgresql")
                        .count());
    }

    @Test
    void decide_handlerHangs_repeats() {
        Outcome outcome = decide(attempt ->
                attempt == 1 ? Uni.createFrom().nothing() : Uni.createFrom().item(DONE));

        assertEquals(DONE, outcome);
    }

    @Test
    void decide_unforeseenFailureEachTime_poisonAfterFiveAttempts() {
        IllegalStateException bug = new IllegalStateException("bug");

        Outcome outcome = decide(attempt -> Uni.createFrom().failure(bug));

        Outcome.Poison poison = assertInstanceOf(Outcome.Poison.class, outcome);
        assertEquals("attempts-exhausted", poison.reason());
        assertEquals(bug, poison.cause());
        assertEquals(5, attempts.get());
    }

    @Test
    void decide_handlerThrows_countsAsUnforeseenFailure() {
        Outcome outcome = decide(attempt -> {
            throw new IllegalStateException("bug");
        });

        assertInstanceOf(Outcome.Poison.class, outcome);
    }

    @Test
    void decide_outageBetweenFailures_outageUsesUpNoAttempt() {
        Outcome outcome = decide(attempt -> attempt % 2 == 0
                ? Uni.createFrom().item(AWAY)
                : Uni.createFrom().failure(new IllegalStateException("bug")));

        assertInstanceOf(Outcome.Poison.class, outcome);
        assertEquals(9, attempts.get());
    }

    @Test
    void decide_poison_oneAttempt() {
        Outcome poison = new Outcome.Poison("not-json", "cannot be parsed");

        assertEquals(poison, decide(attempt -> Uni.createFrom().item(poison)));
        assertEquals(1, attempts.get());
    }

    private Outcome decide(IntFunction<Uni<Outcome>> handler) {
        ReliableConsumer consumer = new ReliableConsumer(
                config(),
                new DeliveryMetrics(registry),
                new Backoff(Duration.ofMillis(1), Duration.ofMillis(1), new Random(1)));
        return consumer.decide(RECORD, record -> handler.apply(attempts.incrementAndGet()))
                .await()
                .atMost(Duration.ofSeconds(10));
    }

    private static MessagingConfig config() {
        return new SmallRyeConfigBuilder()
                .withMapping(MessagingConfig.class)
                .addDefaultInterceptors()
                .withDefaultValue("ballast.messaging.attempt-timeout", "PT0.2S")
                .build()
                .getConfigMapping(MessagingConfig.class);
    }
}
