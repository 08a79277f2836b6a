package dev.ballast.cache;

import dev.ballast.tracing.Tracing;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A load on its way, which any number of requests may wait for. It belongs to none of them: a request that gives up
/// does not end it. Safe for use from every thread.
final class Flight<V> {
    // Used as a promise only: nothing is ever run on a foreign executor.
    private final CompletableFuture<CacheRead<V>> outcome = new CompletableFuture<>();
    private final SpanContext begunIn = Span.current().getSpanContext();
    private volatile long readAt;

    /// @param now before any tier is asked for the value
    Flight(long now) {
        this.readAt = now;
    }

    /// Waits for the outcome. Each waiter goes on on the Vert.x context it subscribed from, the whole point of which
    /// is that its trace and request data live there.
    Uni<CacheRead<V>> join() {
        return Uni.createFrom().emitter(emitter -> {
            Context home = Vertx.currentContext();
            var _ = outcome.whenComplete((read, failure) -> resume(home, () -> {
                if (failure == null) {
                    emitter.complete(read);
                } else {
                    emitter.fail(failure);
                }
            }));
        });
    }

    /// Waits until all have landed, or one has crashed; one subscription, as hundreds would cost more than their loads.
    static <V> Uni<Void> joinAll(Collection<Flight<V>> flights) {
        if (flights.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return Uni.createFrom().emitter(emitter -> {
            Context home = Vertx.currentContext();
            AtomicInteger aloft = new AtomicInteger(flights.size());
            for (Flight<V> flight : flights) {
                var _ = flight.outcome.whenComplete((_, failure) -> {
                    if (failure != null) {
                        resume(home, () -> emitter.fail(failure));
                    } else if (aloft.decrementAndGet() == 0) {
                        resume(home, () -> emitter.complete(null));
                    }
                });
            }
        });
    }

    /// Likewise, for a request that has not begun it: its trace tells of the wait.
    Uni<CacheRead<V>> joined(Tracing tracing, String cache) {
        return isDone() ? join() : tracing.joining("join " + cache, begunIn, this::join);
    }

    /// The outcome of one that has landed.
    CacheRead<V> landed() {
        return outcome.join();
    }

    /// A request for the value is about to be sent; what it brings follows all that happened before now.
    void departs(long now) {
        readAt = now;
    }

    /// A time before the request was sent that brings, or brought, the value.
    long readAt() {
        return readAt;
    }

    /// How many wait for it, about.
    int waiting() {
        return outcome.getNumberOfDependents();
    }

    void land(CacheRead<V> read) {
        outcome.complete(read);
    }

    void crash(Throwable failure) {
        outcome.completeExceptionally(failure);
    }

    boolean isDone() {
        return outcome.isDone();
    }

    private static void resume(@Nullable Context home, Runnable waiter) {
        if (home == null || home == Vertx.currentContext()) {
            waiter.run();
        } else {
            home.runOnContext(_ -> waiter.run());
        }
    }
}
