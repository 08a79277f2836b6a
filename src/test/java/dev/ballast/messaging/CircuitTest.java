package dev.ballast.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CircuitTest {
    private final Deque<Runnable> timers = new ArrayDeque<>();
    private final Backoff backoff = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(1), new Random(1));
    private final AtomicLong nanos = new AtomicLong(-3);
    private final Circuit circuit = new Circuit(
            backoff,
            (pause, task) -> {
                assertTrue(pause.compareTo(Duration.ofMillis(1_001)) < 0, pause.toString());
                timers.add(task);
            },
            nanos::get);
    private int passed;

    @Test
    void pass_closed_atOnce() {
        pass();

        assertEquals(1, passed);
        assertFalse(circuit.isOpen());
    }

    @Test
    void pass_open_waits() {
        circuit.failed();
        pass();

        assertEquals(0, passed);
        assertTrue(circuit.isOpen());
    }

    @Test
    void timer_open_sendsOneAheadOnly() {
        circuit.failed();
        pass();
        pass();

        timers.remove().run();

        assertEquals(1, passed);
    }

    @Test
    void succeeded_open_letsAllGo() {
        circuit.failed();
        pass();
        pass();
        timers.remove().run();

        circuit.succeeded();

        assertEquals(2, passed);
        assertFalse(circuit.isOpen());
    }

    @Test
    void isUnsteady_closedAfterOneOpening_isNot() {
        circuit.failed();
        assertTrue(circuit.isUnsteady());
        circuit.succeeded();
        assertFalse(circuit.isUnsteady());
    }

    @Test
    void isUnsteady_openedTwiceOfLate_untilTheFirstIsLongAgo() {
        openAndClose();
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        openAndClose();
        assertTrue(circuit.isUnsteady());

        nanos.addAndGet(Duration.ofMillis(7_999).toNanos());
        assertTrue(circuit.isUnsteady());
        nanos.addAndGet(Duration.ofMillis(1).toNanos());
        assertFalse(circuit.isUnsteady());

        openAndClose();
        assertTrue(circuit.isUnsteady(), "the second one was eight seconds ago");
        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        openAndClose();
        assertFalse(circuit.isUnsteady());
    }

    private void openAndClose() {
        circuit.failed();
        timers.remove().run();
        circuit.succeeded();
    }

    @Test
    void failed_byTheOneSentAhead_anotherOneLater() {
        circuit.failed();
        pass();
        pass();
        timers.remove().run();

        circuit.failed();
        timers.remove().run();

        assertEquals(2, passed);
        assertTrue(circuit.isOpen());
    }

    @Test
    void failed_byManyThatWereOnTheirWay_oneTimer() {
        circuit.failed();
        circuit.failed();
        circuit.failed();

        assertEquals(1, timers.size());
    }

    @Test
    void timer_nobodyWaiting_nextOneToComeGoesAhead() {
        circuit.failed();
        timers.remove().run();

        pass();
        pass();

        assertEquals(1, passed);
    }

    @Test
    void skipped_byTheOneSentAhead_nextOneGoes() {
        circuit.failed();
        pass();
        pass();
        timers.remove().run();

        circuit.skipped();

        assertEquals(2, passed);
    }

    @Test
    void failed_againAfterItWasClosed_opensAnew() {
        circuit.failed();
        timers.remove().run();
        circuit.succeeded();

        circuit.failed();

        assertTrue(circuit.isOpen());
        assertEquals(1, timers.size());
    }

    /// A straggler failed, and the one sent ahead before succeeded.
    @Test
    void failed_afterItWasClosedWhileTheTimerRan_opensAnew() {
        circuit.failed();
        circuit.succeeded();

        circuit.failed();

        assertTrue(circuit.isOpen());
        pass();
        assertEquals(2, timers.size());
        timers.remove().run();
        assertEquals(0, passed, "the pause of before is over, and not its own");
        timers.remove().run();
        assertEquals(1, passed);
    }

    /// The record that went ahead was of a partition that went to another pod, and took all that waited along: who is
    /// to see whether the dependency is back must be polled first.
    @Test
    void skipped_byTheOneSentAheadAndNobodyElseWaits_holdsNoLongerUntilTheNextCame() {
        circuit.failed();
        pass();
        timers.remove().run();
        assertTrue(circuit.isHolding());

        circuit.skipped();

        assertTrue(circuit.isOpen());
        assertFalse(circuit.isHolding());
        pass();
        assertEquals(2, passed);
        assertTrue(circuit.isHolding());
    }

    @Test
    void skipped_byAStragglerWhileTheTimerRuns_sendsNobodyAheadTwice() {
        circuit.failed();
        pass();
        pass();
        pass();

        circuit.skipped();
        timers.remove().run();

        assertEquals(1, passed);
    }

    private void pass() {
        var unused = circuit.pass().subscribe().with(gone -> passed++);
    }
}
