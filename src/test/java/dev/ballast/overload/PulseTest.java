package dev.ballast.overload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.overload.Pulse.Lateness;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PulseTest {
    private final AtomicLong nanos = new AtomicLong(5);
    private final EventExecutor loop = new DefaultEventExecutor();
    private final Pulse pulse = new Pulse(List.of(ImmediateEventExecutor.INSTANCE, loop), nanos::get);

    @AfterEach
    void end() {
        var _ = loop.shutdownGracefully();
    }

    @Test
    void look_neverFelt_isNotLate() {
        assertEquals(new Lateness(0, 0, 0), pulse.look());
    }

    @Test
    void look_idleLoops_areNotLate() throws InterruptedException {
        pulse.feel();
        settle();
        assertEquals(new Lateness(0, 0, 0), pulse.look());
    }

    @Test
    void look_loopHeldUp_isAsLateAsItIsHeldUp() throws InterruptedException {
        CountDownLatch held = hold();
        pulse.feel();
        nanos.addAndGet(200);
        pulse.feel();
        assertEquals(new Lateness(200, 200, 200), pulse.look());
        nanos.addAndGet(100);
        held.countDown();
        settle();
        assertEquals(
                new Lateness(300, 300, 300), pulse.look(), "it came to it in the end, and tells how long that took");
    }

    @Test
    void look_pause_isNotStanding() throws InterruptedException {
        late(1);
        late(500);
        late(3);
        assertEquals(new Lateness(500, 168, 1), pulse.look());
        late(500);
        late(2);
        assertEquals(new Lateness(500, 251, 2), pulse.look(), "that it is over does not make it none");
        late(2);
        assertEquals(new Lateness(2, 2, 2), pulse.look(), "since the look before");
    }

    @Test
    void look_lateAllTheTime_isSoByTheLeast() throws InterruptedException {
        late(70);
        late(40);
        late(100);
        assertEquals(new Lateness(100, 70, 40), pulse.look());
        late(60);
        assertEquals(new Lateness(60, 60, 60), pulse.look(), "since the look before");
    }

    /// Feels once, and finds the loop this late.
    private void late(long by) throws InterruptedException {
        CountDownLatch held = hold();
        pulse.feel();
        nanos.addAndGet(by);
        held.countDown();
        settle();
    }

    private CountDownLatch hold() {
        CountDownLatch held = new CountDownLatch(1);
        loop.execute(() -> {
            try {
                held.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return held;
    }

    private void settle() throws InterruptedException {
        loop.submit(() -> {}).sync();
    }
}
