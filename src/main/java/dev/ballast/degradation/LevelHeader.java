package dev.ballast.degradation;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/// Says on every response how much of the service there is: `X-Service-Level: degraded;
/// recommendations=degraded`.
@Singleton
class LevelHeader {
    /// After the trace headers, ahead of whoever may refuse the request.
    private static final int PRIORITY = 990;

    private static final CharSequence NAME = HttpHeaders.createOptimized("X-Service-Level");

    private final Degradation degradation;

    @Inject
    LevelHeader(Degradation degradation) {
        this.degradation = degradation;
    }

    void register(@Observes Filters filters) {
        filters.register(this::name, PRIORITY);
    }

    private void name(RoutingContext request) {
        request.response().headers().set(NAME, degradation.header());
        request.next();
    }
}
