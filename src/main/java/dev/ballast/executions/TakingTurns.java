package dev.ballast.executions;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Lets suspects run alone in this process: anyone else runs side by side; a suspect waits until nobody runs, and
/// while one waits or runs, nobody else begins. First come, first served among suspects. Safe for use from every
/// thread; who waited goes on on the thread of who made room.
public final class TakingTurns {
    private final Deque<UniEmitter<? super Void>> suspects = new ArrayDeque<>();
    private final List<UniEmitter<? super Void>> crowd = new ArrayList<>();
    private int running;
    private boolean alone;

    /// Runs work in its turn.
    ///
    /// @param loop runs it
    public <T extends @Nullable Object> Uni<T> inTurn(boolean suspect, Executor loop, Supplier<Uni<T>> work) {
        return enter(suspect).emitOn(loop).chain(() -> work.get().eventually(this::leave));
    }

    /// Completes when the caller may run; it must [#leave()] then.
    Uni<Void> enter(boolean suspect) {
        return Uni.createFrom().emitter(emitter -> {
            if (mayRun(suspect, emitter)) {
                emitter.complete(null);
            }
        });
    }

    /// Ends what [#enter] began.
    void leave() {
        next().forEach(emitter -> emitter.complete(null));
    }

    private synchronized boolean mayRun(boolean suspect, UniEmitter<? super Void> emitter) {
        if (suspect ? running == 0 : !alone && suspects.isEmpty()) {
            running++;
            alone = suspect;
            return true;
        }
        if (suspect) {
            suspects.add(emitter);
        } else {
            crowd.add(emitter);
        }
        return false;
    }

    private synchronized List<UniEmitter<? super Void>> next() {
        running--;
        if (running > 0) {
            return List.of();
        }
        @Nullable UniEmitter<? super Void> suspect = suspects.poll();
        alone = suspect != null;
        if (suspect != null) {
            running = 1;
            return List.of(suspect);
        }
        List<UniEmitter<? super Void>> all = List.copyOf(crowd);
        crowd.clear();
        running = all.size();
        return all;
    }
}
