package dev.ballast.database;

import io.smallrye.mutiny.Uni;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Finds what PostgreSQL refuses among what shares a transaction, and what waits for somebody else's lock.
///
/// @param together in one transaction: all or none
/// @param refused what becomes of the one that is refused, or waits
public record Halving<T, R>(Function<List<T>, Uni<Map<T, R>>> together, Function<Throwable, R> refused) {
    /// All at once if PostgreSQL takes them, else in halves, and theirs, until the refused one is by itself. Some
    /// twenty transactions find one among 500, which leaves the others time. Fails where it is the database's state
    /// that nothing can be done: that is nobody's fault.
    public Uni<Map<T, R>> all(List<T> some) {
        return together.apply(some)
                .onFailure(failure -> !Database.isItsState(failure) || Database.isContended(failure))
                .recoverWithUni(failure -> some.size() == 1
                        ? Uni.createFrom().item(Map.of(some.getFirst(), refused.apply(failure)))
                        : halves(some));
    }

    private Uni<Map<T, R>> halves(List<T> some) {
        int middle = some.size() / 2;
        return all(some.subList(0, middle))
                .chain(first -> all(some.subList(middle, some.size())).map(second -> {
                    Map<T, R> both = new HashMap<>(first);
                    both.putAll(second);
                    return both;
                }));
    }
}
