package dev.ballast.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Charges known to have no room, so that who hammers on costs Redis nothing: each until its retry time, but for a
/// second at most, as the operator may forgive and a policy in Redis' hands may change meanwhile. What the policy's
/// version, the plan, the identifier or the cost sets apart is known apart. Safe for use from every thread.
final class DenyCache {
    private static final Duration AT_MOST = Duration.ofSeconds(1);

    /// Some ten thousand: identifiers are as long as clients make them.
    private static final long MAX_BYTES = 4_000_000;
    private static final int ENTRY_BYTES = 350;

    private final LongSupplier nanoTime;
    private final Cache<Charge, Denial> denials = Caffeine.newBuilder()
            .maximumWeight(MAX_BYTES)
            .weigher((Charge charge, Denial _) ->
                    ENTRY_BYTES + 2 * charge.identifier().length())
            .build();
    /// When the last denial ends; nothing need be looked up after it.
    private final AtomicLong quietFrom;

    private record Denial(Standing standing, long since, long until) {
        Standing at(long now) {
            return new Standing(
                    standing.charge(),
                    false,
                    standing.remaining(),
                    less(standing.retryAfter(), now - since),
                    less(standing.resetAfter(), now - since),
                    less(standing.fullResetAfter(), now - since));
        }

        private static Duration less(Duration after, long nanos) {
            return after.equals(Standing.NEVER) ? after : after.minusNanos(nanos);
        }
    }

    /// @param nanoTime a monotonic clock, in nanoseconds
    DenyCache(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.quietFrom = new AtomicLong(nanoTime.getAsLong());
    }

    void deny(Standing standing) {
        long now = nanoTime.getAsLong();
        Duration lasts = standing.retryAfter().compareTo(AT_MOST) < 0 ? standing.retryAfter() : AT_MOST;
        long until = now + lasts.toNanos();
        denials.put(standing.charge(), new Denial(standing, now, until));
        quietFrom.accumulateAndGet(until, (a, b) -> a - b > 0 ? a : b);
    }

    /// Those of the charges that are known to have no room now.
    List<Standing> denied(List<Charge> charges) {
        long now = nanoTime.getAsLong();
        if (now - quietFrom.get() >= 0) {
            return List.of();
        }
        List<Standing> found = new ArrayList<>();
        for (Charge charge : charges) {
            Denial denial = denials.getIfPresent(charge);
            if (denial != null && now - denial.until < 0) {
                found.add(denial.at(now));
            }
        }
        return found;
    }

    /// Forgets what is counted at a key of Redis.
    void forget(String key) {
        denials.asMap().keySet().removeIf(charge -> LimitKeys.of(charge).equals(key));
    }

    void forgetEverything() {
        denials.invalidateAll();
    }

    long size() {
        denials.cleanUp();
        return denials.estimatedSize();
    }
}
