package dev.ballast.cache;

import dev.ballast.origin.Breaker;
import dev.ballast.origin.Loads;
import dev.ballast.problem.DomainException;
import dev.ballast.problem.Kind;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/// The loader with its guards: a deadline, and a breaker that refuses while it is known to be away.
final class Origin<K, V> {
    private final Loader<K, V> loader;
    private final Breaker breaker;
    private final Duration timeout;

    Origin(Loader<K, V> loader, Breaker breaker, Duration timeout) {
        this.loader = loader;
        this.breaker = breaker;
        this.timeout = timeout;
    }

    /// Its loads, so many at once.
    Loads<K, V> loads(int atOnce) {
        return new Loads<>(atOnce, this::load);
    }

    private Uni<Map<K, V>> load(Collection<K> keys) {
        if (!breaker.admits()) {
            return Uni.createFrom().failure(new TieredCache.OriginAway());
        }
        return Uni.createFrom()
                .deferred(() -> ask(keys))
                .ifNoItem()
                .after(timeout)
                .failWith(TieredCache.OriginTimeout::new)
                .invoke(breaker::succeeded)
                .onFailure()
                .invoke(this::report);
    }

    /// One value or many, as the loader likes it best.
    private Uni<Map<K, V>> ask(Collection<K> keys) {
        if (keys.size() > 1) {
            return loader.loadAll(List.copyOf(keys));
        }
        K only = keys.iterator().next();
        return loader.load(only).map(value -> value == null ? Map.of() : Map.of(only, value));
    }

    /// Any other failure shows that somebody is there.
    private void report(Throwable failure) {
        if (failure instanceof DomainException known && known.kind() == Kind.UNAVAILABLE) {
            breaker.failed();
        } else {
            breaker.succeeded();
        }
    }
}
