package dev.ballast.recommendations;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.degradation.Outcome;
import dev.ballast.degradation.Probe;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Objects;
import java.util.Optional;

/// Asks the API what requests ask it, on a connection of its own: that it listens says little about whether it
/// answers.
@Singleton
class RecommendationApiProbe implements Probe {
    static final String NAME = "recommendation-api";

    private final Optional<RecommendationApi> api;
    private final long user;

    @Inject
    RecommendationApiProbe(Vertx vertx, RecommendationSettings settings, ObjectMapper mapper) {
        // one that was given up may not be closed yet when the next call is made
        this.api = settings.api().url().map(url -> new RecommendationApi(vertx, url, settings, mapper, 2));
        this.user = settings.probeUser();
    }

    @Override
    public String dependency() {
        return NAME;
    }

    @Override
    public boolean isConfigured() {
        return api.isPresent();
    }

    @Override
    public Uni<Void> check() {
        return api.orElseThrow()
                .itemsFor(user)
                .replaceWithVoid()
                // that it has nothing for this user, or does not know it, is an answer
                .onFailure(failure -> PersonalItems.meaning(failure) == null)
                .recoverWithNull();
    }

    @Override
    public Outcome meaning(Throwable failure) {
        return Objects.requireNonNullElse(PersonalItems.meaning(failure), Outcome.OK);
    }

    @PreDestroy
    void close() {
        api.ifPresent(RecommendationApi::close);
    }
}
