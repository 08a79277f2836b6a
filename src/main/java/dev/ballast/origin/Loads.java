package dev.ballast.origin;

import dev.ballast.tracing.Tracing;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Loads values, a bounded number of loads at once. A request that finds all places taken waits, and whoever waits
/// when a place becomes free is loaded together, up to 500 keys in one load: the more there is to do, the fewer loads
/// it takes per key. Safe for use from every thread.
///
/// A load runs on the Vert.x context of the first request it is for; where it is for several, their traces are linked
/// to it. Waiting has no limit of its own; the caller sets a deadline, and who does not wait any more is not loaded
/// for.
public final class Loads<K, V> {
    private static final int BATCH = 500;

    private final Tracing tracing;
    private final String name;
    private final Function<Collection<K>, Uni<Map<K, V>>> loader;
    // Both guarded by the queue's monitor, which is held for a few instructions only.
    private final Deque<Waiting<K, V>> queue = new ArrayDeque<>();
    private int free;

    /// @param name of the span that each of several requests has for its part of a load
    /// @param atOnce loads that may run at the same time
    /// @param loader may throw or fail; each ends the load it was asked for
    public Loads(Tracing tracing, String name, int atOnce, Function<Collection<K>, Uni<Map<K, V>>> loader) {
        this.tracing = tracing;
        this.name = name;
        this.free = atOnce;
        this.loader = loader;
    }

    private record Waiting<K, V>(
            Collection<K> keys,
            Runnable departing,
            UniEmitter<? super Map<K, V>> emitter,
            @Nullable Context home,
            io.opentelemetry.context.Context trace,
            AtomicBoolean givenUp) {}

    /// Loads these keys, at most 500; absent keys have no value. More keys than these may be in the answer.
    ///
    /// @param departing is called right before the load they are part of is sent
    public Uni<Map<K, V>> load(Collection<K> keys, Runnable departing) {
        return Uni.createFrom().emitter(emitter -> {
            AtomicBoolean givenUp = new AtomicBoolean();
            emitter.onTermination(() -> givenUp.set(true));
            enter(new Waiting<>(
                    keys,
                    departing,
                    emitter,
                    Vertx.currentContext(),
                    io.opentelemetry.context.Context.current(),
                    givenUp));
        });
    }

    /// Requests that wait for a place.
    public int waiting() {
        synchronized (queue) {
            return queue.size();
        }
    }

    private void enter(Waiting<K, V> request) {
        synchronized (queue) {
            queue.add(request);
        }
        next();
    }

    private void next() {
        List<Waiting<K, V>> together = take();
        if (together.isEmpty()) {
            return;
        }
        Context home = together.getFirst().home();
        if (home == null || home == Vertx.currentContext()) {
            depart(together);
        } else {
            home.runOnContext(_ -> depart(together));
        }
    }

    /// A place and those who share it; none where there is no place or nobody waits.
    private List<Waiting<K, V>> take() {
        List<Waiting<K, V>> together = new ArrayList<>();
        synchronized (queue) {
            int keys = 0;
            while (free > 0 && !queue.isEmpty()) {
                Waiting<K, V> first = queue.getFirst();
                if (!first.givenUp().get()) {
                    keys += first.keys().size();
                    if (keys > BATCH && !together.isEmpty()) {
                        break;
                    }
                    together.add(first);
                }
                queue.removeFirst();
            }
            if (!together.isEmpty()) {
                free--;
            }
        }
        return together;
    }

    private void depart(List<Waiting<K, V>> together) {
        Set<K> keys = new LinkedHashSet<>();
        together.forEach(request -> {
            request.departing().run();
            keys.addAll(request.keys());
        });
        var _ = tracing.shared(name, together.stream().map(Waiting::trace).toList(), () -> loader.apply(keys))
                .onItem()
                .ifNull()
                .failWith(
                        () -> new IllegalStateException("the loader answered with null, which says nothing of any key"))
                .subscribe()
                .with(
                        values -> {
                            arrive();
                            together.forEach(request -> request.emitter().complete(values));
                        },
                        failure -> {
                            arrive();
                            together.forEach(request -> request.emitter().fail(failure));
                        });
    }

    private void arrive() {
        synchronized (queue) {
            free++;
        }
        next();
    }
}
