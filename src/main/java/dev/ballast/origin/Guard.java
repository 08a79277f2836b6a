package dev.ballast.origin;

import dev.ballast.problem.DomainException;
import dev.ballast.problem.Kind;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/// A loader's guards: a deadline, and a breaker that refuses while it is known to be away.
///
/// @param loader may throw, fail, hang
/// @param tooSlow how a load fails whose deadline passed
/// @param away how a load fails that the breaker refuses
public record Guard<K, V>(
        Function<Collection<K>, Uni<Map<K, V>>> loader,
        Breaker breaker,
        Duration timeout,
        Supplier<Throwable> tooSlow,
        Supplier<Throwable> away) {

    /// Loads, or fails in time.
    public Uni<Map<K, V>> load(Collection<K> keys) {
        if (!breaker.admits()) {
            return Uni.createFrom().failure(away);
        }
        return Deadline.within(timeout, Uni.createFrom().deferred(() -> loader.apply(keys)), tooSlow)
                .invoke(breaker::succeeded)
                .onFailure()
                .invoke(this::report);
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
