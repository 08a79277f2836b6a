package dev.ballast.problem;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// A request that a room refuses before or after it meets a resource, where no exception would be mapped.
/// Answered as a problem document like any other.
public final class Refusal {
    private static final int TOO_MANY_REQUESTS = 429;

    private final Problem problem;

    private Refusal(Problem problem) {
        this.problem = problem;
    }

    /// A rate limit that is used up.
    ///
    /// @param policy its name
    /// @param retryAfterMs when it has room for the same request, if nothing else comes
    @RegisterForReflection
    public record Violation(
            @Schema(examples = "ip") String policy,
            @Schema(examples = "12000") long retryAfterMs) {}

    /// 429, with the limits that are used up.
    public static Refusal tooManyRequests(String path, String detail, List<Violation> violations) {
        return new Refusal(
                Problem.of(TOO_MANY_REQUESTS, "Too many requests", detail, path).withViolations(violations));
    }

    /// 403.
    public static Refusal forbidden(String path, String detail) {
        return new Refusal(Problem.of(Kind.FORBIDDEN.status(), Kind.FORBIDDEN.title(), detail, path));
    }

    /// 503: the service has too much to do.
    public static Refusal overloaded(String path, String detail) {
        return new Refusal(Problem.of(Kind.UNAVAILABLE.status(), Kind.UNAVAILABLE.title(), detail, path));
    }

    /// As the REST layer's answer.
    public Response response() {
        return Response.status(problem.status())
                .entity(problem)
                .type(Problem.MEDIA_TYPE)
                .build();
    }

    /// As the answer to a request that does not reach the REST layer.
    public void answer(RoutingContext request) {
        problem.answer(request.request());
    }
}
