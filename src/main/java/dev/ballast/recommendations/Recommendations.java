package dev.ballast.recommendations;

import dev.ballast.cache.TieredCache;
import dev.ballast.problem.DomainException;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.jboss.logging.Logger;

/// Finds items for a user. Non-blocking; never fails, and answers within [RecommendationSettings#patience()].
@ApplicationScoped
class Recommendations {
    private static final Logger LOG = Logger.getLogger(Recommendations.class);
    private static final String LIST = "all";

    private final TieredCache<String, PopularItems> popular;
    private final RecommendationSettings settings;
    private final MeterRegistry registry;

    @Inject
    Recommendations(
            TieredCache<String, PopularItems> popular, RecommendationSettings settings, MeterRegistry registry) {
        this.popular = popular;
        this.settings = settings;
        this.registry = registry;
    }

    Uni<Recommendation> of(long userId) {
        return Uni.createFrom()
                .deferred(() -> popular.get(LIST))
                .map(read -> read.found()
                        .map(list -> Recommendation.popular(userId, list))
                        .orElseGet(() -> Recommendation.empty(userId)))
                .ifNoItem()
                .after(settings.patience())
                .fail()
                .onFailure()
                .invoke(Recommendations::tell)
                .onFailure()
                .recoverWithItem(() -> Recommendation.empty(userId))
                .invoke(this::count);
    }

    /// Stores that are away tell of it themselves; anything else is a defect that no caller will report.
    private static void tell(Throwable failure) {
        if (failure instanceof DomainException || failure instanceof TimeoutException) {
            LOG.debug("popular items cannot be read", failure);
        } else {
            LOG.warn("Popular items cannot be read", failure);
        }
    }

    private void count(Recommendation answer) {
        registry.counter(
                        "ballast.recommendations.answers",
                        "source",
                        answer.source().wireName())
                .increment();
    }
}
