package dev.ballast.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Faults one after the other, over and over, on a thread of their own until ended.
///
/// ```java
/// new FaultScript("killed").step(pod::pause, Duration.ofMillis(2500)).step(pod::resume, Duration.ofMillis(500))
/// ```
final class FaultScript {
    private final String name;
    private final List<Step> steps = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile int rounds;
    private volatile RuntimeException failure;
    private Thread thread;

    private record Step(Runnable fault, Duration then) {}

    FaultScript(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    /// Adds a fault and how long to leave it so.
    FaultScript step(Runnable fault, Duration then) {
        steps.add(new Step(fault, then));
        return this;
    }

    void start() {
        thread = Thread.ofPlatform().name("faults").start(this::run);
    }

    /// Ends it after the step under way.
    void end() throws InterruptedException {
        ended.countDown();
        thread.join(Duration.ofMinutes(3));
        if (failure != null) {
            throw failure;
        }
    }

    /// How often all steps have been gone through. Fails where a step has failed.
    int rounds() {
        if (failure != null) {
            throw failure;
        }
        return rounds;
    }

    private void run() {
        try {
            while (ended.getCount() > 0) {
                for (Step step : steps) {
                    step.fault.run();
                    if (ended.await(step.then.toMillis(), TimeUnit.MILLISECONDS)) {
                        return;
                    }
                }
                rounds++;
            }
        } catch (RuntimeException e) {
            failure = e;
        } catch (AssertionError e) {
            failure = new IllegalStateException(e.getMessage(), e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
