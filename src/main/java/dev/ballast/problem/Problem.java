package dev.ballast.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// An error as clients see it: `application/problem+json`, RFC 9457.
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(description = "An error, RFC 9457")
record Problem(
        @Schema(examples = "urn:ballast:problem:not-found") String type,
        @Schema(examples = "Not found") String title,
        @Schema(examples = "404") int status,
        @Schema(examples = "there is no user 42") String detail,
        @Schema(examples = "/users/42") String instance,

        @Schema(examples = "4bf92f3577b34da6a3ce929d0e0e4736") @Nullable
        String traceId,

        @Schema(description = "which fields of the request were invalid, and why") @Nullable
        List<InvalidField> errors,

        @Schema(description = "which rate limits are used up") @Nullable
        List<Refusal.Violation> violations) {

    static final String MEDIA_TYPE = "application/problem+json";

    /// One field of the request that was not accepted.
    @RegisterForReflection
    record InvalidField(
            @Schema(examples = "email") String field,
            @Schema(examples = "must be an e-mail address") String detail) {}

    static Problem of(int status, String title, String detail, String path) {
        return new Problem(typeOf(title), title, status, detail, path, currentTraceId(), null, null);
    }

    Problem withErrors(List<InvalidField> invalid) {
        return new Problem(type, title, status, detail, instance, traceId, invalid, violations);
    }

    Problem withViolations(List<Refusal.Violation> violated) {
        return new Problem(type, title, status, detail, instance, traceId, errors, violated);
    }

    private static String typeOf(String title) {
        return "urn:ballast:problem:" + title.toLowerCase(Locale.ROOT).replace(' ', '-');
    }

    /// Answers a request that does not reach the REST layer, where no body writer is at hand. A connection of HTTP/1 on
    /// which its body is still on its way cannot carry another request, and ends.
    void answer(HttpServerRequest request) {
        HttpServerResponse response =
                request.response().setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE);
        boolean last = request.version() != HttpVersion.HTTP_2 && !request.isEnded() && hasBody(request);
        if (last) {
            response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        response.end(toJson()).onComplete(sent -> {
            if (last) {
                request.connection().close();
            }
        });
    }

    private static boolean hasBody(HttpServerRequest request) {
        return request.headers().contains(HttpHeaders.CONTENT_LENGTH)
                || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    }

    private String toJson() {
        JsonObject json = new JsonObject()
                .put("type", type)
                .put("title", title)
                .put("status", status)
                .put("detail", detail)
                .put("instance", instance);
        if (traceId != null) {
            json.put("traceId", traceId);
        }
        if (violations != null) {
            JsonArray violated = new JsonArray();
            violations.forEach(violation -> violated.add(
                    JsonObject.of("policy", violation.policy(), "retryAfterMs", violation.retryAfterMs())));
            json.put("violations", violated);
        }
        return json.encode();
    }

    private static @Nullable String currentTraceId() {
        SpanContext context = Span.current().getSpanContext();
        return context.isValid() ? context.getTraceId() : null;
    }
}
