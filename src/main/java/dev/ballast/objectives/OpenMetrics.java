package dev.ballast.objectives;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.MIMEHeader;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;

/// Gives who would rather have OpenMetrics than plain text OpenMetrics, which alone carries exemplars. Prometheus asks
/// so, and the extension answers whoever accepts plain text at all with that.
@Singleton
class OpenMetrics {
    private static final String METRICS = "/q/metrics";
    private static final String SUBTYPE = "openmetrics-text";

    /// To the letter what the extension says that it produces.
    private static final String EXACTLY = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private static final int PRIORITY = 900;

    void register(@Observes Filters filters) {
        filters.register(OpenMetrics::prefer, PRIORITY);
    }

    private static void prefer(RoutingContext exchange) {
        HttpServerRequest request = exchange.request();
        if (METRICS.equals(request.path())
                && isPreferred(exchange.parsedHeaders().accept())) {
            request.headers().set(HttpHeaders.ACCEPT, EXACTLY);
        }
        exchange.next();
    }

    /// @param accepted the dearest first
    private static boolean isPreferred(List<MIMEHeader> accepted) {
        return !accepted.isEmpty() && SUBTYPE.equals(accepted.getFirst().subComponent());
    }
}
