package dev.ballast.messaging;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Holds attempts back while a dependency is away: one at a time goes ahead to see whether it is back, after a pause
/// that grows up to the limit; the first success lets all go. Safe for use from every thread; who waited goes on on
/// the thread of who made way.
final class Circuit {
    private final Backoff backoff;
    /// How long two openings are remembered together: who opens again that soon comes and goes. 10 s: what is away
    /// every other second is not met by an attempt each time, but once in so long.
    private static final Duration UNSTEADY = Duration.ofSeconds(10);

    private final BiConsumer<Duration, Runnable> timer;
    private final LongSupplier nanoTime;
    private final Deque<UniEmitter<? super Void>> waiting = new ArrayDeque<>();
    private int failures;
    /// When it opened, lately and the time before; both long ago at first.
    private long opened;
    private long openedBefore;
    /// Whether a timer runs that will send the next one ahead.
    private boolean armed;
    /// Times it was closed. A timer that was set before the last one has nothing to do any more.
    private long closings;
    /// Whether the timer found nobody waiting, so that who comes next goes ahead.
    private boolean due;

    /// @param timer runs a task after a while
    Circuit(Backoff backoff, BiConsumer<Duration, Runnable> timer, LongSupplier nanoTime) {
        this.backoff = backoff;
        this.timer = timer;
        this.nanoTime = nanoTime;
        this.opened = nanoTime.getAsLong() - UNSTEADY.toNanos();
        this.openedBefore = opened;
    }

    synchronized boolean isOpen() {
        return failures > 0;
    }

    /// Whether it is open, or has opened twice of late: it may be closed at the moment, and is not to be relied on.
    synchronized boolean isUnsteady() {
        return failures > 0 || nanoTime.getAsLong() - openedBefore < UNSTEADY.toNanos();
    }

    /// Whether nobody is missing who would see whether the dependency is back: it is open, and who is to go
    /// ahead is here or on its way. Otherwise the next one has to come from the topic, so that holding it back
    /// would be for ever.
    synchronized boolean isHolding() {
        return failures > 0 && !due;
    }

    /// Completes when the caller may make an attempt; it tells then how that went.
    Uni<Void> pass() {
        return Uni.createFrom().emitter(emitter -> {
            if (lets(emitter)) {
                emitter.complete(null);
            }
        });
    }

    /// The dependency answered.
    void succeeded() {
        close().forEach(emitter -> emitter.complete(null));
    }

    /// The dependency is away. Attempts that were on their way when it went tell so too; one timer is enough.
    void failed() {
        Duration pause;
        long since;
        synchronized (this) {
            since = closings;
            if (armed || due) {
                return;
            }
            armed = true;
            if (failures == 0) {
                openedBefore = opened;
                opened = nanoTime.getAsLong();
            }
            pause = backoff.pauseAfter(++failures);
        }
        timer.accept(pause, () -> sendOneAhead(since));
    }

    /// An attempt that was let go was not made, so it has seen nothing: the next one is to see.
    void skipped() {
        boolean nobodyIsToGo;
        long since;
        synchronized (this) {
            since = closings;
            nobodyIsToGo = failures > 0 && !armed;
        }
        if (nobodyIsToGo) {
            sendOneAhead(since);
        }
    }

    private synchronized boolean lets(UniEmitter<? super Void> emitter) {
        if (failures == 0 || due) {
            due = false;
            return true;
        }
        waiting.add(emitter);
        return false;
    }

    private synchronized List<UniEmitter<? super Void>> close() {
        failures = 0;
        armed = false;
        due = false;
        closings++;
        List<UniEmitter<? super Void>> all = List.copyOf(waiting);
        waiting.clear();
        return all;
    }

    private void sendOneAhead(long since) {
        UniEmitter<? super Void> first = first(since);
        if (first != null) {
            first.complete(null);
        }
    }

    private synchronized @Nullable UniEmitter<? super Void> first(long since) {
        if (since != closings) {
            return null;
        }
        armed = false;
        UniEmitter<? super Void> first = waiting.poll();
        due = first == null && failures > 0;
        return first;
    }
}
