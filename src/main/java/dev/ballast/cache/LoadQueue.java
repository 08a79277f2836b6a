package dev.ballast.cache;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The bulkhead before the loader: a few loads are under way at once, and what is asked for meanwhile waits and
/// then goes together. So a thousand cold keys cost a few queries instead of a thousand, and a slow origin is asked
/// for more in the same breath instead of more often, which is what lets it recover.
///
/// Safe for use from every thread; answers come on the Vert.x context they were asked for on.
final class LoadQueue<K, V> {
    /// The most keys of one load, as [Loader#loadAll] promises.
    private static final int BULK = 500;

    private final Loader<K, V> loader;
    private final int atOnce;
    private final Queue<Ticket<K, V>> waiting = new ArrayDeque<>();
    private int underWay;

    /// @param atOnce how many loads may be under way
    LoadQueue(Loader<K, V> loader, int atOnce) {
        this.loader = loader;
        this.atOnce = atOnce;
    }

    private record Ticket<K, V>(List<K> keys, @Nullable Context home, CompletableFuture<Map<K, V>> outcome) {}

    /// Loads at most 500 keys, sooner or later; the answer may hold more than was asked for. Nobody waits any more
    /// for what was cancelled before its turn, so it is not loaded.
    Uni<Map<K, V>> load(Collection<K> keys) {
        return Uni.createFrom().emitter(emitter -> {
            Context home = Vertx.currentContext();
            Ticket<K, V> ticket = new Ticket<>(List.copyOf(keys), home, new CompletableFuture<>());
            emitter.onTermination(() -> ticket.outcome().cancel(false));
            var _ = ticket.outcome()
                    .whenComplete((loaded, failure) -> Flight.resume(home, () -> {
                        if (failure == null) {
                            emitter.complete(loaded);
                        } else {
                            emitter.fail(failure);
                        }
                    }));
            enqueue(ticket);
            dispatch();
        });
    }

    private synchronized void enqueue(Ticket<K, V> ticket) {
        waiting.add(ticket);
    }

    private void dispatch() {
        for (List<Ticket<K, V>> batch = next(); batch != null; batch = next()) {
            List<Ticket<K, V>> tickets = batch;
            // on the context of the request that came first, whose trace the load belongs to
            Flight.resume(tickets.getFirst().home(), () -> start(tickets));
        }
    }

    private void start(List<Ticket<K, V>> batch) {
        var _ = Uni.createFrom()
                .deferred(() -> ask(batch))
                .subscribe()
                .with(
                        loaded -> finish(batch, ticket -> ticket.outcome().complete(loaded)),
                        failure -> finish(batch, ticket -> ticket.outcome().completeExceptionally(failure)));
    }

    /// Takes what may go now, or null where nothing waits or enough is under way.
    private synchronized @Nullable List<Ticket<K, V>> next() {
        if (underWay >= atOnce) {
            return null;
        }
        List<Ticket<K, V>> batch = new ArrayList<>();
        int keys = 0;
        for (Ticket<K, V> first = waiting.peek(); first != null; first = waiting.peek()) {
            if (keys > 0 && keys + first.keys().size() > BULK) {
                break;
            }
            waiting.remove();
            if (!first.outcome().isDone()) {
                batch.add(first);
                keys += first.keys().size();
            }
        }
        if (batch.isEmpty()) {
            return null;
        }
        underWay++;
        return batch;
    }

    private Uni<Map<K, V>> ask(List<Ticket<K, V>> batch) {
        Set<K> keys = new LinkedHashSet<>();
        batch.forEach(ticket -> keys.addAll(ticket.keys()));
        if (keys.size() > 1) {
            return loader.loadAll(List.copyOf(keys));
        }
        K only = keys.iterator().next();
        return loader.load(only).map(value -> value == null ? Map.of() : Map.of(only, value));
    }

    private void finish(List<Ticket<K, V>> batch, Consumer<Ticket<K, V>> outcome) {
        synchronized (this) {
            underWay--;
        }
        dispatch();
        batch.forEach(outcome);
    }
}
