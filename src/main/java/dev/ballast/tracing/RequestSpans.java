package dev.ballast.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Locale;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jspecify.annotations.Nullable;

/// Completes a request's span by what the service knows of it: when its work began and its answer was ready, who asked
/// (by pseudonym), the level the service was at, and the tier of the cache that answered.
@Singleton
class RequestSpans {
    /// Behind the trace headers, ahead of whoever may answer.
    private static final int PRIORITY = 999;

    /// Where the instrumentation looks for the route that Vert.x found.
    private static final String ROUTE = "VertxRoute";

    /// Likewise for the template that the resource's method has.
    private static final String TEMPLATE = "UrlPathTemplate";

    private static final String ROOT = "/";
    private static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");

    private final Pseudonyms pseudonyms;

    @Inject
    RequestSpans(Pseudonyms pseudonyms) {
        this.pseudonyms = pseudonyms;
    }

    void register(@Observes Filters filters) {
        filters.register(this::begin, PRIORITY);
    }

    private void begin(RoutingContext request) {
        Span span = Span.current();
        if (span.isRecording()) {
            span.addEvent("start");
            request.addHeadersEndHandler(_ -> end(span, request));
        }
        request.next();
    }

    /// What the headers tell the caller is what the trace tells too.
    private void end(Span span, RoutingContext request) {
        MultiMap headers = request.response().headers();
        String level = headers.get("X-Service-Level");
        if (level != null) {
            span.setAttribute("ballast.service.level", level);
        }
        String tier = tier(headers.get("Cache-Status"));
        if (tier != null) {
            span.setAttribute("ballast.cache.tier", tier);
        }
        String subject = subject(request);
        if (subject != null) {
            span.setAttribute("enduser.pseudo.id", pseudonyms.of(subject));
        }
        Context context = Vertx.currentContext();
        if (context != null) {
            route(span, context);
            unroute(request, context);
        }
        span.addEvent("end");
    }

    /// Where the template is known, it alone tells what of the path is a name and what a caller chose.
    private static void route(Span span, Context context) {
        String template = context.getLocal(TEMPLATE);
        if (template != null) {
            span.setAttribute(PATH, Discretion.route(template));
        }
    }

    /// A request that no route took is named by its method: the router's own place would make it look like `GET /`.
    private static void unroute(RoutingContext request, Context context) {
        if (ROOT.equals(context.getLocal(ROUTE)) && !ROOT.equals(request.normalizedPath())) {
            context.removeLocal(ROUTE);
        }
    }

    /// Of `Cache-Status` (RFC 9211): the cache that has a hit, else the origin.
    static @Nullable String tier(@Nullable String cacheStatus) {
        if (cacheStatus == null) {
            return null;
        }
        int end = cacheStatus.indexOf("; hit");
        return end < 0 ? "origin" : cacheStatus.substring(0, end).toLowerCase(Locale.ROOT);
    }

    /// The one whose token was verified.
    private static @Nullable String subject(RoutingContext request) {
        return request.user() instanceof QuarkusHttpUser user
                        && user.getSecurityIdentity().getPrincipal() instanceof JsonWebToken token
                ? token.getSubject()
                : null;
    }
}
