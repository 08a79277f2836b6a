package dev.ballast.problem;

import static jakarta.ws.rs.core.Response.Status.Family.SERVER_ERROR;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Path;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/// The one place where a failure becomes an HTTP answer. What is not foreseen here is a 500 that says
/// nothing but its trace id; the log holds the rest under the same id.
class ProblemMappers {
    private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

    @ServerExceptionMapper
    Response domain(DomainException failure, UriInfo uri) {
        Kind kind = failure.kind();
        Response.ResponseBuilder answer =
                answer(Problem.of(kind.status(), kind.title(), failure.detail(), uri.getPath()));
        if (kind == Kind.UNAVAILABLE) {
            answer.header(HttpHeaders.RETRY_AFTER, "1");
        }
        return answer.build();
    }

    @ServerExceptionMapper
    Response invalid(ConstraintViolationException failure, UriInfo uri) {
        List<Problem.InvalidField> fields = failure.getConstraintViolations().stream()
                .map(violation -> new Problem.InvalidField(field(violation), violation.getMessage()))
                .distinct()
                .sorted((a, b) -> a.field().compareTo(b.field()))
                .toList();
        String detail = String.join(
                "; ", fields.stream().map(f -> f.field() + " " + f.detail()).toList());
        return answer(invalid(detail, uri).withErrors(fields)).build();
    }

    /// Both, since the framework brings a mapper of its own for the second, which says nothing to the client.
    @ServerExceptionMapper({JsonProcessingException.class, MismatchedInputException.class})
    Response malformed(JsonProcessingException failure, UriInfo uri) {
        return answer(malformedBody(failure, uri)).build();
    }

    @ServerExceptionMapper({UnauthorizedException.class, AuthenticationFailedException.class})
    Response unauthenticated(SecurityException failure, UriInfo uri) {
        boolean noToken = failure instanceof UnauthorizedException;
        String detail = noToken
                ? "this call needs a bearer token in the Authorization header"
                : "the bearer token is expired, malformed, or not signed, issued or meant for this service";
        return answer(Problem.of(401, "Unauthorized", detail, uri.getPath()))
                .header(HttpHeaders.WWW_AUTHENTICATE, noToken ? "Bearer" : "Bearer error=\"invalid_token\"")
                .build();
    }

    @ServerExceptionMapper
    Response forbidden(ForbiddenException failure, UriInfo uri) {
        return answer(Problem.of(
                        Kind.FORBIDDEN.status(),
                        Kind.FORBIDDEN.title(),
                        "the roles of this token do not allow this call",
                        uri.getPath()))
                .build();
    }

    @ServerExceptionMapper
    Response web(WebApplicationException failure, UriInfo uri) {
        Response given = failure.getResponse();
        if (failure.getCause() instanceof DomainException domain) {
            // a parameter that could not be read: the REST layer would call it not found
            return domain(domain, uri);
        }
        if (failure.getCause() instanceof JsonProcessingException json) {
            return answer(malformedBody(json, uri)).build();
        }
        if (given.getStatusInfo().getFamily() == SERVER_ERROR) {
            return unexpected(failure, uri);
        }
        if (given.getStatus() < 400) {
            return given;
        }
        String title = given.getStatusInfo().getReasonPhrase();
        Response.ResponseBuilder answer =
                answer(Problem.of(given.getStatus(), title, detail(given.getStatus(), uri), uri.getPath()));
        copy(given.getHeaders(), HttpHeaders.ALLOW, answer);
        return answer.build();
    }

    @ServerExceptionMapper
    Response unexpected(Throwable failure, UriInfo uri) {
        LOG.errorf(failure, "Unexpected failure of %s", uri.getPath());
        return answer(Problem.of(
                        500,
                        "Internal server error",
                        "the service failed unexpectedly; its log has the cause under this trace id",
                        uri.getPath()))
                .build();
    }

    private static Response.ResponseBuilder answer(Problem problem) {
        return Response.status(problem.status()).entity(problem).type(Problem.MEDIA_TYPE);
    }

    private static Problem invalid(String detail, UriInfo uri) {
        return Problem.of(Kind.INVALID.status(), Kind.INVALID.title(), detail, uri.getPath());
    }

    private static Problem malformedBody(JsonProcessingException failure, UriInfo uri) {
        if (JsonFailures.isTooLarge(failure)) {
            return Problem.of(413, "Content too large", JsonFailures.describe(failure), uri.getPath());
        }
        @Nullable String field = failure instanceof JsonMappingException mapping ? JsonFailures.path(mapping) : null;
        String detail = JsonFailures.describe(failure);
        Problem problem = invalid(field == null ? detail : field + " " + detail, uri);
        return field == null ? problem : problem.withErrors(List.of(new Problem.InvalidField(field, detail)));
    }

    private static String detail(int status, UriInfo uri) {
        return switch (status) {
            case 404 -> "there is nothing at " + uri.getPath();
            case 405 -> "this method is not allowed here; the Allow header names those that are";
            case 406 -> "none of the accepted media types can be produced; application/json can";
            case 413 -> "the request body is larger than allowed";
            case 415 -> "the body must be sent as application/json";
            default -> "the request cannot be understood";
        };
    }

    /// The property as the client knows it: without the method and parameter that validation puts first.
    private static String field(ConstraintViolation<?> violation) {
        StringBuilder name = new StringBuilder();
        int depth = 0;
        for (Path.Node node : violation.getPropertyPath()) {
            if (depth++ >= 2) {
                name.append(name.isEmpty() ? "" : ".").append(node.getName());
            }
        }
        return name.isEmpty() ? "the body" : name.toString();
    }

    private static void copy(MultivaluedMap<String, Object> from, String header, Response.ResponseBuilder to) {
        Object value = from.getFirst(header);
        if (value != null) {
            to.header(header, value);
        }
    }
}
