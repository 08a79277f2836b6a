package dev.ballast.admission;

import dev.ballast.ratelimit.Charge;
import dev.ballast.ratelimit.Decision;
import dev.ballast.ratelimit.Policy;
import dev.ballast.ratelimit.Standing;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tells a caller its limits and where it stands: `RateLimit-Policy` and `RateLimit` as of
/// draft-ietf-httpapi-ratelimit-headers, and the older `X-RateLimit-…` for the policy with the least left. Policies in
/// shadow mode are left out, as are figures that nobody knows. Seconds are rounded up.
final class LimitHeaders {
    private static final CharSequence POLICY = HttpHeaders.createOptimized("RateLimit-Policy");
    private static final CharSequence STANDING = HttpHeaders.createOptimized("RateLimit");
    private static final CharSequence LIMIT = HttpHeaders.createOptimized("X-RateLimit-Limit");
    private static final CharSequence REMAINING = HttpHeaders.createOptimized("X-RateLimit-Remaining");
    private static final CharSequence RESET = HttpHeaders.createOptimized("X-RateLimit-Reset");
    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");

    private static final long NANOS = 1_000_000_000;

    /// What a rejection that no waiting helps is told to wait for.
    private static final Duration INSTEAD_OF_NEVER = Duration.ofDays(1);

    private LimitHeaders() {}

    static void write(MultiMap headers, List<Charge> charges, Decision decision) {
        List<Standing> standings =
                switch (decision) {
                    case Decision.Admitted admitted -> admitted.standings();
                    case Decision.Rejected rejected -> {
                        headers.set(HttpHeaders.RETRY_AFTER, Long.toString(retryAfter(rejected)));
                        headers.set(HttpHeaders.CACHE_CONTROL, NO_STORE);
                        yield rejected.standings();
                    }
                };
        writePolicies(headers, charges);
        writeStandings(headers, standings);
    }

    private static void writePolicies(MultiMap headers, List<Charge> charges) {
        StringBuilder text = new StringBuilder(96);
        for (int i = 0; i < charges.size(); i++) {
            Policy policy = charges.get(i).policy();
            if (!policy.shadow()) {
                name(text, policy)
                        .append(";q=")
                        .append(policy.limit())
                        .append(";w=")
                        .append(ceil(policy.window(), NANOS));
            }
        }
        if (!text.isEmpty()) {
            headers.set(POLICY, text);
        }
    }

    private static void writeStandings(MultiMap headers, List<Standing> standings) {
        StringBuilder text = new StringBuilder(96);
        Standing tightest = null;
        for (int i = 0; i < standings.size(); i++) {
            Standing standing = standings.get(i);
            Policy policy = standing.charge().policy();
            if (!policy.shadow()) {
                name(text, policy)
                        .append(";r=")
                        .append(standing.remaining())
                        .append(";t=")
                        .append(ceil(standing.resetAfter(), NANOS));
                tightest = tighter(tightest, standing);
            }
        }
        if (tightest != null) {
            headers.set(STANDING, text);
            headers.set(LIMIT, Long.toString(tightest.charge().policy().limit()));
            headers.set(REMAINING, Long.toString(tightest.remaining()));
            headers.set(RESET, Long.toString(ceil(tightest.resetAfter(), NANOS)));
        }
    }

    private static StringBuilder name(StringBuilder text, Policy policy) {
        return text.append(text.isEmpty() ? "\"" : ", \"").append(policy.name()).append('"');
    }

    private static Standing tighter(@Nullable Standing one, Standing other) {
        return one == null || other.remaining() < one.remaining() ? other : one;
    }

    /// In seconds, at least 1: when the last of the violated policies has room.
    static long retryAfter(Decision.Rejected rejected) {
        long longest = 1;
        for (Standing standing : rejected.violated()) {
            longest = Math.max(longest, ceil(standing.retryAfter(), NANOS));
        }
        return longest;
    }

    /// In units of so many nanoseconds, rounded up.
    static long ceil(Duration duration, long unit) {
        Duration bounded = duration.equals(Standing.NEVER) ? INSTEAD_OF_NEVER : duration;
        return (bounded.toNanos() + unit - 1) / unit;
    }
}
