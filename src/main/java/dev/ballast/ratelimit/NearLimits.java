package dev.ballast.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;

/// Remembers those who have used up at least half of a limit, for operators to see: a bounded number, and each until
/// the limit would be whole again. Safe for use from every thread.
final class NearLimits {
    private static final int HALF = 2;

    /// Some hundred kilobytes.
    private static final int MOST = 1_000;

    private final LongSupplier nanoTime;
    private final Cache<Key, Seen> seen =
            Caffeine.newBuilder().maximumSize(MOST).build();

    NearLimits(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    private record Key(String policy, String plan, String identifier) {
        static Key of(Charge charge) {
            return new Key(charge.policy().name(), charge.plan(), charge.identifier());
        }
    }

    private record Seen(NearLimit what, long until) {}

    void look(Standing standing) {
        long capacity = standing.charge().policy().capacity();
        if (standing.remaining() * HALF <= capacity) {
            remember(standing, capacity);
        }
    }

    private void remember(Standing standing, long capacity) {
        Charge charge = standing.charge();
        long now = nanoTime.getAsLong();
        Duration lasts = standing.fullResetAfter();
        NearLimit near = new NearLimit(
                charge.policy().name(),
                charge.plan(),
                charge.identifier(),
                capacity,
                standing.remaining(),
                !standing.admits(),
                lasts);
        seen.put(Key.of(charge), new Seen(near, now + lasts.toNanos()));
    }

    void forget(Charge charge) {
        seen.invalidate(Key.of(charge));
    }

    /// Those who have used the greatest part of their limit first.
    List<NearLimit> most(int limit) {
        long now = nanoTime.getAsLong();
        seen.asMap().values().removeIf(one -> one.until() - now <= 0);
        return seen.asMap().values().stream()
                .map(one -> one.what().left(Duration.ofNanos(Math.max(0, one.until() - now))))
                .sorted(Comparator.comparing((NearLimit one) -> !one.over()).thenComparing(NearLimit::part))
                .limit(limit)
                .toList();
    }
}
