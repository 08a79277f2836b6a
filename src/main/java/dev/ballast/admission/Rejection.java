package dev.ballast.admission;

import dev.ballast.problem.Refusal;
import dev.ballast.ratelimit.Decision;
import dev.ballast.ratelimit.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Says to a caller which limits are used up, and when there is room again.
final class Rejection {
    private Rejection() {}

    static Refusal of(Decision.Rejected rejected, String path) {
        List<Refusal.Violation> violations = new ArrayList<>();
        for (Standing standing : rejected.violated()) {
            // rounded up, so that it is never too early
            violations.add(new Refusal.Violation(
                    standing.charge().policy().name(), LimitHeaders.ceil(standing.retryAfter(), 1_000_000)));
        }
        String names = rejected.violated().stream()
                .map(standing -> standing.charge().policy().name())
                .collect(Collectors.joining(", "));
        String detail = "too many requests for %s; the next one can be admitted in %d s"
                .formatted(names, LimitHeaders.retryAfter(rejected));
        return Refusal.tooManyRequests(path, detail, violations);
    }
}
