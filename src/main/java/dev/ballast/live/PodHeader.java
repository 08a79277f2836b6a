package dev.ballast.live;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerResponse;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/// Says on what operators are answered which pod says so: `X-Ballast-Pod`. Behind one address each call may be answered
/// by another pod, and much of what operators are told is of one alone.
@Singleton
class PodHeader {
    static final String NAME = "X-Ballast-Pod";

    /// After the trace headers, as others' headers.
    private static final int PRIORITY = 980;

    private static final int BAD_REQUEST = 400;

    private final Live live;

    @Inject
    PodHeader(Live live) {
        this.live = live;
    }

    void register(@Observes Filters filters) {
        filters.register(
                routing -> {
                    if (routing.normalizedPath().startsWith("/ops/")) {
                        routing.addHeadersEndHandler(_ -> name(routing.response()));
                    }
                    routing.next();
                },
                PRIORITY);
    }

    /// Whoever is refused need not know what the pods are called.
    private void name(HttpServerResponse response) {
        if (response.getStatusCode() < BAD_REQUEST) {
            response.putHeader(NAME, live.pod());
        }
    }
}
