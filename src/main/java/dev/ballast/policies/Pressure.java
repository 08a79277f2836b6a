package dev.ballast.policies;

import dev.ballast.ratelimit.ChargeCounts;
import dev.ballast.ratelimit.NearLimit;
import dev.ballast.ratelimit.RateLimiter;
import dev.ballast.tracing.Pseudonyms;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// Follows how charges end on this pod, and tells who is near a limit without telling who it is.
@ApplicationScoped
class Pressure {
    /// As far back as the operations page's charts.
    private static final Duration SPAN = Duration.ofMinutes(15);

    private static final int MOST = 100;

    private final RateLimiter limiter;
    private final Pseudonyms pseudonyms;
    private final Clock clock = Clock.systemUTC();
    private final long startedAt = System.nanoTime();
    // This belongs to this object's monitor.
    private final Deque<Then> before = new ArrayDeque<>();

    @Inject
    Pressure(RateLimiter limiter, Pseudonyms pseudonyms) {
        this.limiter = limiter;
        this.pseudonyms = pseudonyms;
    }

    private record Then(long at, Map<String, ChargeCounts> counts) {}

    @Scheduled(every = "15s")
    synchronized void remember() {
        long now = System.nanoTime();
        before.addLast(new Then(now, limiter.counts()));
        while (now - before.getFirst().at() > SPAN.toNanos()) {
            before.removeFirst();
        }
    }

    View now() {
        Then then = then();
        List<View.Counts> counts = limiter.counts().entrySet().stream()
                .map(entry -> counts(
                        entry.getKey(),
                        entry.getValue().minus(then.counts().getOrDefault(entry.getKey(), ChargeCounts.NONE))))
                .toList();
        Instant now = clock.instant();
        return new View(
                Duration.ofNanos(System.nanoTime() - then.at()).toMillis(),
                counts,
                limiter.nearLimits(MOST).stream().map(one -> near(one, now)).toList());
    }

    private synchronized Then then() {
        return before.isEmpty() ? new Then(startedAt, Map.of()) : before.getFirst();
    }

    private static View.Counts counts(String policy, ChargeCounts counts) {
        return new View.Counts(
                policy, counts.admitted(), counts.rejected(), counts.shadowRejected(), counts.undecided());
    }

    private View.Near near(NearLimit one, Instant now) {
        return new View.Near(
                one.policy(),
                one.plan(),
                isOfSomebody(one.policy()) ? pseudonyms.of(one.identifier()) : one.identifier(),
                one.limit(),
                one.remaining(),
                one.over(),
                now.plus(one.fullResetAfter()));
    }

    private static boolean isOfSomebody(String policy) {
        return policy.equals(PolicyInForce.IP) || policy.equals(PolicyInForce.USER);
    }

    /// How hard callers press against the limits, as this pod sees it.
    @RegisterForReflection
    record View(
            @Schema(examples = "900000", description = "what the counts are of")
            long spanMs,

            List<Counts> counts,
            @Schema(description = "the nearest first") List<Near> near) {

        /// How charges to a policy ended in the span.
        @RegisterForReflection
        record Counts(
                @Schema(examples = "ip") String policy,
                long admitted,
                long rejected,

                @Schema(description = "admitted, and would not have been but for the shadow mode")
                long shadowRejected,

                @Schema(description = "admitted, as Redis did not decide")
                long undecided) {}

        /// Somebody who has used up at least half of a limit.
        @RegisterForReflection
        record Near(
                @Schema(examples = "ip") String policy,

                @Schema(examples = "pro", description = "empty for none")
                String plan,

                @Schema(
                        examples = "9f86d081884c7d659a2feaa0c55ad015",
                        description = "a keyed hash of the address or user; `all` of an endpoint")
                String who,

                @Schema(examples = "100") long limit,
                @Schema(examples = "7") long remaining,
                @Schema(examples = "false") boolean over,

                @Schema(description = "when all of it remains, if nothing else comes")
                Instant fullResetAt) {}
    }
}
