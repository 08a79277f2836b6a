package dev.ballast.live;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.operators.multi.builders.BufferItemMultiEmitter.EmitterBufferOverflowException;
import io.smallrye.mutiny.subscription.MultiEmitter;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// Tells all who follow the same things in the same order. Nobody misses any: who falls too far behind is cut off, and
/// knows by that to begin anew. Safe for use from every thread.
final class Audience<T> {
    /// How many things may wait for a slow reader: minutes of samples, or a storm of changes.
    static final int BEHIND = 256;

    private final Set<MultiEmitter<? super T>> followers = ConcurrentHashMap.newKeySet();
    // This belongs to this object's monitor.
    private boolean ended;

    /// @param first told before everything else; it is asked at the moment from which on the follower is told the rest
    Multi<T> follow(Supplier<T> first) {
        return Multi.createFrom()
                .<T>emitter(follower -> join(follower, first), BEHIND)
                .onFailure(EmitterBufferOverflowException.class)
                .recoverWithCompletion();
    }

    private synchronized void join(MultiEmitter<? super T> follower, Supplier<T> first) {
        // in this order: whoever leaves meanwhile is forgotten too
        followers.add(follower);
        follower.onTermination(() -> followers.remove(follower));
        follower.emit(first.get());
        if (ended) {
            follower.complete();
        }
    }

    synchronized void tell(T what) {
        followers.forEach(follower -> follower.emit(what));
    }

    /// Ends all there are, and whoever comes later after what is told first.
    synchronized void end() {
        ended = true;
        followers.forEach(MultiEmitter::complete);
        followers.clear();
    }
}
