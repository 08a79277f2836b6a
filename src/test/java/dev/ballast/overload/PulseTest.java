package dev.ballast.overload;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
    void feel_idleLoops_areNotLate() throws InterruptedException {
        assertEquals(0, pulse.feel());
        settle();
        assertEquals(0, pulse.feel());
    }

    @Test
    void feel_loopHeldUp_isAsLateAsItIsHeldUp() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        loop.execute(() -> {
            try {
                held.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertEquals(0, pulse.feel());
        nanos.addAndGet(200);
        assertEquals(200, pulse.feel());
        nanos.addAndGet(100);
        held.countDown();
        settle();
        assertEquals(300, pulse.feel(), "it came to it in the end, and tells how long that took");
    }

    private void settle() throws InterruptedException {
        loop.submit(() -> {}).sync();
    }
}
