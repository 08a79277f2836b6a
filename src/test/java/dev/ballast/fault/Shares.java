package dev.ballast.fault;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.load.Metrics;
import dev.ballast.stack.Pod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Which partitions of `payments` each pod says it has: a test of pods that share them shows nothing if one has all.
final class Shares {
    private static final int PARTITIONS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private Shares() {}

    /// Waits until it is so.
    static void awaitAmong(Pod... pods) {
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> assertAmong(pods));
    }

    /// Each of these pods has some partitions, together they have each once, and each has settled a record.
    static void assertAmong(Pod... pods) {
        List<Integer> all = new ArrayList<>();
        for (Pod pod : pods) {
            assertTrue(consumed(pod) > 0, "no record ended at " + pod.url());
            assertTrue(all.addAll(of(pod)), "no partition at " + pod.url());
        }
        assertEquals(
                IntStream.range(0, PARTITIONS).boxed().toList(),
                all.stream().sorted().toList());
    }

    private static double consumed(Pod pod) {
        return Metrics.of(pod.url()).sum("ballast_messaging_records_total", "topic=\"payments\"");
    }

    private static List<Integer> of(Pod pod) {
        Metrics metrics = Metrics.of(pod.url());
        return Stream.iterate(0, partition -> partition + 1)
                .limit(PARTITIONS)
                .filter(partition -> metrics.find(
                                "ballast_messaging_lag", "consumer=\"payments\"", "partition=\"" + partition + "\"")
                        .isPresent())
                .toList();
    }
}
