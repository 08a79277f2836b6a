package dev.ballast.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.leases.Coherence;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// What happens on other threads in the midst of a read, tried at each of its steps in turn.
class InterleavingTest {
    private static final Duration BOUND = Duration.ofSeconds(1);
    private static final Duration JUST_WITHIN = Duration.ofMillis(900);
    private static final Duration REST = Duration.ofMillis(200);
    private static final int STEPS = 12;

    @Test
    void get_logBackAtAnyStep_doesNotServeWhatItForgot() {
        long tried = times(STEPS, step -> {
            CacheFixture on = new CacheFixture();
            holdsOldEntryLongerThanItMay(on, BOUND);
            on.remote.stored.remove("a");
            Thread reader = onItsOwn(() -> logIsBack(on), "log's reader");
            on.before(step, () -> goesAsFarAsItCan(reader));

            var read = ask(on, "a");

            boolean passed = on.passed();
            ends(reader);
            on.loader.answerAll("-new");

            assertEquals("a-new", read.getItem().value(), "log back before step " + step);
            return passed;
        });
        assertTrue(tried >= 4, () -> "only " + tried + " steps were tried");
    }

    @Test
    void get_originAwayAndLogBackAtAnyStep_doesNotServeStaleWhatItForgot() {
        long tried = times(STEPS, step -> {
            CacheFixture on = new CacheFixture();
            holdsOldEntryLongerThanItMay(on, Duration.ofMinutes(6));
            on.remote.away = true;
            var read = ask(on, "a");
            Thread reader = onItsOwn(() -> logIsBack(on), "log's reader");
            on.before(step, () -> goesAsFarAsItCan(reader));

            on.loader.fail(new IllegalStateException());

            boolean passed = on.passed();
            ends(reader);
            read.assertFailed();
            return passed;
        });
        assertTrue(tried >= 2, () -> "only " + tried + " steps were tried");
    }

    /// The first reader comes while the entry is new enough for it, the second when it is not any more.
    @Test
    void get_entryLandsThenAgesAtAnySteps_laterReaderDoesNotGetIt() {
        long tried = 0;
        for (int first = 1; first <= STEPS; first++) {
            int landing = first;
            tried += times(STEPS, step -> {
                CacheFixture on = new CacheFixture();
                on.remote.away = true;
                on.logAway = true;
                ask(on, "a");
                on.pass(JUST_WITHIN);
                AtomicReference<UniAssertSubscriber<CacheRead<String>>> later = new AtomicReference<>();
                on.before(landing, () -> on.loader.answer("-old"));
                Thread other = onItsOwn(() -> later.set(ask(on, "a")), "later reader");
                on.before(step, () -> {
                    on.pass(REST);
                    goesAsFarAsItCan(other);
                });

                ask(on, "a");

                if (!on.passed()) {
                    return false;
                }
                ends(other);
                on.loader.answerAll("-new");
                assertEquals("a-new", later.get().getItem().value(), "step " + step + " after " + landing);
                return true;
            });
        }
        assertTrue(tried >= 2, "too few steps were tried");
    }

    @Test
    void get_originAwayAndEntryAgesAtAnyStep_laterReaderDoesNotGetItStale() {
        long tried = times(STEPS, step -> {
            CacheFixture on = new CacheFixture();
            ask(on, "a");
            on.loader.answer("-old");
            on.pass(Duration.ofMinutes(6));
            on.remote.away = true;
            on.logAway = true;
            on.pass(JUST_WITHIN);
            ask(on, "a");
            AtomicReference<UniAssertSubscriber<CacheRead<String>>> later = new AtomicReference<>();
            Thread other = onItsOwn(() -> later.set(ask(on, "a")), "later reader");
            on.before(step, () -> {
                on.pass(REST);
                goesAsFarAsItCan(other);
            });

            on.loader.fail(new IllegalStateException());

            if (!on.passed()) {
                return false;
            }
            ends(other);
            on.loader.answerAll("-new");
            assertNotEquals(CacheRead.fromMemory("a-old").asStale(), later.get().getItem(), "at step " + step);
            return true;
        });
        assertTrue(tried >= 2, () -> "only " + tried + " steps were tried");
    }

    @Test
    void keys_flightLandsMeanwhile_areStillAllThere() {
        MemoryTier<Keyed, String> memory = new MemoryTier<>(
                CacheFixture.settings(Map.of()).caches().get("test"),
                new Coherence(() -> 1, BOUND),
                new CacheMeters("test", new SimpleMeterRegistry()),
                () -> 1,
                new Random(3));
        AtomicReference<Runnable> whenCopied = new AtomicReference<>(() -> {});
        Keyed landing = new Keyed(1, new AtomicReference<>(() -> {}));
        Keyed there = new Keyed(2, whenCopied);
        Flight<String> early = memory.flight();
        assertEquals(early, memory.board(there, early));
        assertTrue(memory.land(there, early, CacheRead.fromMemory("v")));
        Flight<String> flight = memory.flight();
        assertEquals(flight, memory.board(landing, flight));

        whenCopied.set(() -> memory.land(landing, flight, CacheRead.fromMemory("v")));

        assertTrue(memory.keys().contains(landing));
    }

    /// A key at whose hash something happens, once.
    private record Keyed(int hash, AtomicReference<Runnable> event) {
        @Override
        public int hashCode() {
            event.getAndSet(() -> {}).run();
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Keyed keyed && keyed.hash == hash;
        }
    }

    private static void holdsOldEntryLongerThanItMay(CacheFixture on, Duration time) {
        ask(on, "a");
        on.loader.answer("-old");
        on.pass(time.minus(BOUND));
        on.logAway = true;
        on.pass(BOUND.plus(REST));
    }

    private static void logIsBack(CacheFixture on) {
        on.logAway = false;
        on.cache.forget(List.of("a"));
        on.confirmedAt.set(on.nanos.get());
    }

    private static long times(int steps, IntPredicate attempt) {
        return IntStream.rangeClosed(1, steps).filter(attempt).count();
    }

    private static Thread onItsOwn(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /// Until it is done or waits for the one that let it begin.
    private static void goesAsFarAsItCan(Thread thread) {
        thread.start();
        until(() -> !thread.isAlive() || thread.getState() == Thread.State.BLOCKED);
    }

    private static void ends(Thread thread) {
        until(() -> !thread.isAlive());
    }

    private static void until(BooleanSupplier condition) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofSeconds(20))
                .until(condition::getAsBoolean);
    }

    private static UniAssertSubscriber<CacheRead<String>> ask(CacheFixture on, String key) {
        return subscribed(on.cache.get(key));
    }

    private static <T> UniAssertSubscriber<T> subscribed(Uni<T> uni) {
        return uni.subscribe().withSubscriber(UniAssertSubscriber.create());
    }
}
