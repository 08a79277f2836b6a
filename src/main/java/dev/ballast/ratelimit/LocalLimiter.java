package dev.ballast.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Limits by itself while Redis does not answer, each identifier to this pod's share of the limit: a token bucket
/// whatever the policy's algorithm, with the share as its burst. So a pod whose share of the requests is like that of
/// the others admits about what all of them should. Safe for use from every thread.
final class LocalLimiter {
    /// Beyond it whoever is seen least begins anew.
    private static final int MAX_IDENTIFIERS = 100_000;

    private final LongSupplier nanoTime;
    private final Cache<String, Long> arrivals =
            Caffeine.newBuilder().maximumSize(MAX_IDENTIFIERS).build();

    LocalLimiter(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /// Charges all or none.
    ///
    /// @param pods how many share each limit
    /// @return those that reject; empty where all were charged
    synchronized List<Standing> check(List<Charge> charges, int pods) {
        long now = nanoTime.getAsLong();
        List<Standing> rejecting = new ArrayList<>();
        for (Charge charge : charges) {
            long over = level(charge, now) + cost(charge, pods) - burst(charge, pods);
            if (over > 0) {
                Duration retry = Duration.ofNanos(over);
                rejecting.add(new Standing(charge, false, 0, retry, retry, retry));
            }
        }
        if (rejecting.isEmpty()) {
            charges.forEach(
                    charge -> arrivals.put(LimitKeys.of(charge), now + level(charge, now) + cost(charge, pods)));
        }
        return rejecting;
    }

    /// How long until all of the burst is there again.
    private long level(Charge charge, long now) {
        @Nullable Long arrival = arrivals.getIfPresent(LimitKeys.of(charge));
        return arrival == null ? 0 : Math.max(0, arrival - now);
    }

    private static long cost(Charge charge, int pods) {
        return charge.cost() * interval(charge.policy(), pods);
    }

    /// A cost beyond the share is admitted too where all of the share is there, and waited for accordingly longer: else
    /// whatever costs much would be cut off for as long as Redis is away.
    private static long burst(Charge charge, int pods) {
        long share = share(charge.policy().capacity(), pods);
        return Math.max(share, charge.cost()) * interval(charge.policy(), pods);
    }

    private static long interval(Policy policy, int pods) {
        return policy.window().toNanos() / share(policy.limit(), pods);
    }

    private static long share(long limit, int pods) {
        return Math.max(1, limit / pods);
    }

    void forget(String key) {
        arrivals.invalidate(key);
    }
}
