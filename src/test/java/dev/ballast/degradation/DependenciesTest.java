package dev.ballast.degradation;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class DependenciesTest {
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final long TICK_NANOS = Duration.ofMillis(20).toNanos();

    /// As after a pause of the process: who looks many times at one moment takes answers that nobody has had the time
    /// to read for lost ones.
    @Test
    void tick_afterTheTimerWasHeldUp_isNotMadeUpFor() {
        List<Long> asked = new CopyOnWriteArrayList<>(); // what time it is, twice a tick
        Dependencies dependencies =
                new Dependencies(DegradationFixture.settings(Map.of()), new SimpleMeterRegistry(), () -> {
                    long now = System.nanoTime();
                    asked.add(now);
                    return now;
                });
        try {
            Dependency watched = dependencies.named("test");
            CompletableFuture<Long> over = new CompletableFuture<>();
            dependencies.timer().execute(() -> {
                LockSupport.parkNanos(PAUSE.toNanos());
                over.complete(System.nanoTime());
            });
            long from = over.orTimeout(20, TimeUnit.SECONDS).join();
            long to = from + PAUSE.toNanos();
            await().atMost(Duration.ofSeconds(20)).until(() -> asked.getLast() > to);
            long looks = asked.stream().filter(at -> at >= from && at < to).count() / 2;
            assertTrue(looks <= PAUSE.toNanos() / TICK_NANOS + 1, looks + " of " + watched.name());
        } finally {
            dependencies.close();
        }
    }
}
