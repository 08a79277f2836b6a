package dev.ballast.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/// Puts the trace id on every response, before anything can answer: `traceresponse` as the W3C draft has
/// it and `X-Trace-Id` for people. Calls of which no trace is kept (health, metrics, static files) have one as
/// well, with the flag that says so.
@Singleton
class TraceHeaders {
    /// Ahead of every other filter: a request rejected by the next one is named too.
    private static final int PRIORITY = 1000;

    void register(@Observes Filters filters) {
        filters.register(this::name, PRIORITY);
    }

    private void name(RoutingContext request) {
        SpanContext span = Span.current().getSpanContext();
        if (span.isValid()) {
            HttpServerResponse response = request.response();
            response.putHeader("X-Trace-Id", span.getTraceId());
            response.putHeader(
                    "traceresponse",
                    "00-" + span.getTraceId() + "-" + span.getSpanId() + "-"
                            + span.getTraceFlags().asHex());
        }
        request.next();
    }
}
