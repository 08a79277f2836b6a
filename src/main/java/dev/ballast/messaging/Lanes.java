package dev.ballast.messaging;

import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/// Work of one key one after another in the order of its submission, work of different keys side by side. Safe for
/// use from every thread. Holds nothing of a key whose work is done.
final class Lanes<K> {
    /// What waits in each lane that is busy.
    private final Map<K, Deque<Supplier<Uni<Void>>>> busy = new HashMap<>();

    /// @param work is subscribed to in its turn; its failure ends it like its completion
    void submit(K key, Supplier<Uni<Void>> work) {
        if (takes(key, work)) {
            run(key, work);
        }
    }

    private synchronized boolean takes(K key, Supplier<Uni<Void>> work) {
        Deque<Supplier<Uni<Void>>> waiting = busy.get(key);
        if (waiting == null) {
            busy.put(key, new ArrayDeque<>(2));
            return true;
        }
        waiting.add(work);
        return false;
    }

    private void run(K key, Supplier<Uni<Void>> work) {
        var _ = Uni.createFrom().deferred(work::get).subscribe().with(done -> next(key), failure -> next(key));
    }

    private void next(K key) {
        Supplier<Uni<Void>> work;
        synchronized (this) {
            Deque<Supplier<Uni<Void>>> waiting = busy.get(key);
            work = waiting == null ? null : waiting.poll();
            if (work == null) {
                busy.remove(key);
            }
        }
        if (work != null) {
            run(key, work);
        }
    }
}
