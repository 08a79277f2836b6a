package dev.ballast.problem;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/// Answers a body that is announced as too large with a problem document before a byte of it is read;
/// the server's own answer to it is empty. A body of unannounced length is stopped by [StrictJson], or at
/// the latest by the server's own limit, which is higher.
@Singleton
class BodyLimit {
    /// After the trace headers, before everything else.
    private static final int PRIORITY = 900;

    private final long limit;

    BodyLimit(ProblemSettings settings) {
        this.limit = settings.maxBodySize().asLongValue();
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, PRIORITY);
    }

    private void check(RoutingContext request) {
        String length = request.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null || announced(length) <= limit) {
            request.next();
            return;
        }
        String detail = "the request body of %s bytes is larger than the %d allowed".formatted(length, limit);
        // the body is still on its way, so this connection cannot carry another request
        request.response().putHeader(HttpHeaders.CONNECTION, "close");
        Problem.of(413, "Content too large", detail, request.normalizedPath())
                .sendTo(request.response())
                .onComplete(sent -> request.request().connection().close());
    }

    private static long announced(String length) {
        try {
            return Long.parseLong(length);
        } catch (NumberFormatException malformed) {
            return Long.MAX_VALUE;
        }
    }
}
