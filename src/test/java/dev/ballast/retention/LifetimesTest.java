package dev.ballast.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LifetimesTest {
    @Test
    void contradictions_defaults_areNone() {
        assertEquals(List.of(), lifetimes(90, 60, 45, 7, 30).contradictions());
    }

    @Test
    void contradictions_ordersGoWithTheTopic_nameBothSettings() {
        refused(lifetimes(14, 0, 30, 7, 1), "ballast.kafka.topics.payments.retention");
    }

    @Test
    void contradictions_ordersGoBeforeTheDeadLetters_nameBothSettings() {
        refused(lifetimes(37, 1, 45, 7, 30), "ballast.kafka.topics.payments_dlq.retention");
    }

    @Test
    void contradictions_ordersGoBeforeTheLastReplayIsRead_nameBothSettings() {
        refused(lifetimes(74, 60, 45, 7, 30), "ballast.deadletters.replay-within and");
    }

    @Test
    void contradictions_indexGoesBeforeItsTopic_nameBothSettings() {
        List<String> wrong = lifetimes(90, 60, 37, 7, 30).contradictions();
        assertEquals(1, wrong.size());
        assertTrue(wrong.getFirst().startsWith("ballast.deadletters.keep-for is PT888H and must be above"));
    }

    @Test
    void contradictions_noSuchTopic_areNone() {
        assertEquals(
                List.of(),
                new Lifetimes(Duration.ofDays(90), Duration.ofDays(60), Duration.ofDays(30), Map.of())
                        .contradictions());
    }

    private static void refused(Lifetimes lifetimes, String other) {
        List<String> wrong = lifetimes.contradictions();
        assertTrue(
                wrong.stream().anyMatch(each -> each.startsWith(Lifetimes.ORDERS + " is ") && each.contains(other)),
                wrong::toString);
    }

    private static Lifetimes lifetimes(int orders, int replay, int letters, int topic, int dead) {
        return new Lifetimes(
                Duration.ofDays(orders),
                Duration.ofDays(replay),
                Duration.ofDays(letters),
                Map.of("payments", Duration.ofDays(topic), "payments_dlq", Duration.ofDays(dead)));
    }
}
