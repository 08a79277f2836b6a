package dev.ballast.recommendations;

import dev.ballast.cache.TieredCache;
import dev.ballast.degradation.Degradation;
import dev.ballast.degradation.Feature;
import dev.ballast.degradation.Ladder;
import dev.ballast.problem.DomainException;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/// Finds items for a user: personal ones where there is an API, else what is popular, else none. Non-blocking;
/// never fails, and answers within the time of the API and [RecommendationSettings#patience()] together.
@Startup // so that the fallbacks are rehearsed before anybody asks
@ApplicationScoped
class Recommendations {
    private static final Logger LOG = Logger.getLogger(Recommendations.class);
    private static final String NAME = "recommendations";
    private static final String LIST = "all";

    private final TieredCache<String, PopularItems> popular;
    private final RecommendationSettings settings;
    private final MeterRegistry registry;
    private final Ladder<Long, Recommendation> ladder;

    @Inject
    Recommendations(
            Instance<PersonalItems> personal,
            TieredCache<String, PopularItems> popular,
            RecommendationSettings settings,
            MeterRegistry registry,
            Degradation degradation) {
        this.popular = popular;
        this.settings = settings;
        this.registry = registry;
        Ladder.Handler<Long, Recommendation> whole =
                settings.api().url().isPresent() ? personalized(personal.get()) : this::popularIfAny;
        this.ladder = degradation
                .feature(NAME)
                .normal(whole)
                .degraded(this::popular)
                .minimal(userId -> Uni.createFrom().item(Recommendation.empty(userId)))
                .rehearsedWith(settings.probeUser());
    }

    /// What is popular comes from Redis or PostgreSQL. With all gone nobody knows whether what memory may still hold
    /// was not withdrawn long ago, so that the answer is empty rather than that.
    @Produces
    @Singleton
    static Feature.Spec feature(RecommendationSettings settings) {
        Feature.Spec spec = Feature.Spec.of(NAME).givenUpFirst();
        return settings.api().url().isEmpty()
                ? spec.needsOneOf("redis", "postgresql")
                : spec.uses(RecommendationApiProbe.NAME).needsOneOf(RecommendationApiProbe.NAME, "redis", "postgresql");
    }

    Uni<Ladder.Answer<Recommendation>> of(long userId) {
        return ladder.handle(userId).invoke(answer -> count(answer.value()));
    }

    private static Ladder.Handler<Long, Recommendation> personalized(PersonalItems personal) {
        return userId -> personal.of(userId).map(items -> Recommendation.personalized(userId, items));
    }

    /// Without an API an empty list is the whole answer; as a fallback it is none, which rehearsals are to find out.
    private Uni<Recommendation> popularIfAny(long userId) {
        return popular(userId).onFailure(NoPopularItems.class).recoverWithItem(() -> Recommendation.empty(userId));
    }

    private Uni<Recommendation> popular(long userId) {
        return popular.get(LIST)
                .map(read -> Recommendation.popular(userId, read.found().orElseThrow(NoPopularItems::new)))
                .ifNoItem()
                .after(settings.patience())
                .fail()
                .onFailure()
                .invoke(Recommendations::tell);
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
