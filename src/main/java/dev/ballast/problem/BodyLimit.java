package dev.ballast.problem;

import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Map;

/// Answers a body that is announced as too large with a problem document before a byte of it is read;
/// the server's own answer to it is empty. A body of unannounced length is stopped by [StrictJson], or at
/// the latest by the server's own limit, which is higher.
@Singleton
class BodyLimit {
    /// After the trace headers, before everything else.
    private static final int PRIORITY = 900;

    private final long usual;
    private final Map<String, MemorySize> larger;

    BodyLimit(ProblemSettings settings) {
        this.usual = settings.maxBodySize().asLongValue();
        this.larger = settings.largerBodies();
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, PRIORITY);
    }

    private void check(RoutingContext request) {
        String length = request.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null || announced(length) <= usual) {
            request.next();
            return;
        }
        long limit = limit(request.normalizedPath());
        if (announced(length) <= limit) {
            request.next();
            return;
        }
        String detail = "the request body of %s bytes is larger than the %d allowed".formatted(length, limit);
        Problem.of(413, "Content too large", detail, request.normalizedPath()).answer(request.request());
    }

    private long limit(String path) {
        return larger.entrySet().stream()
                .filter(allowed -> path.startsWith(allowed.getKey()))
                .mapToLong(allowed -> allowed.getValue().asLongValue())
                .max()
                .orElse(usual);
    }

    private static long announced(String length) {
        try {
            return Long.parseLong(length);
        } catch (NumberFormatException malformed) {
            return Long.MAX_VALUE;
        }
    }
}
