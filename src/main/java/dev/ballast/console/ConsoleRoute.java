package dev.ballast.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `/console/`: the page's files, from memory. Browsers ask each time and are told that they have it already, so that a
/// new version of the service never meets an old page. The headers that keep anything foreign from running are
/// `quarkus.http.filter.console`.
@Singleton
class ConsoleRoute {
    private static final String HOME = "/console/";
    private static final int NOT_MODIFIED = 304;
    private static final int PERMANENT_REDIRECT = 308;

    private final PageFiles files;

    @Inject
    ConsoleRoute(ConsoleSettings settings, ObjectMapper json) {
        this.files = new PageFiles(Map.of("sign-in.json", signIn(settings.signIn(), json)));
    }

    private static PageFile signIn(ConsoleSettings.SignIn tokens, ObjectMapper json) {
        Map<String, String> byRole = new LinkedHashMap<>();
        tokens.operator().ifPresent(token -> byRole.put("operator", token));
        tokens.service().ifPresent(token -> byRole.put("service", token));
        tokens.user().ifPresent(token -> byRole.put("user", token));
        try {
            return PageFile.of("application/json", json.writeValueAsString(byRole));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    void route(@Observes Router router) {
        for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.HEAD)) {
            router.route(method, "/console*").handler(this::serve);
        }
    }

    /// Relative, as a proxy may have put a path before it.
    private void serve(RoutingContext request) {
        String path = request.normalizedPath();
        if (path.equals("/console")) {
            request.response()
                    .setStatusCode(PERMANENT_REDIRECT)
                    .putHeader(HttpHeaders.LOCATION, "console/")
                    .end();
            return;
        }
        PageFile file = path.startsWith(HOME) ? files.named(path.substring(HOME.length())) : null;
        if (file == null) {
            request.next();
        } else {
            answer(request, file);
        }
    }

    private static void answer(RoutingContext request, PageFile file) {
        HttpServerResponse response = request.response()
                .putHeader(HttpHeaders.ETAG, file.tag())
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .putHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        if (has(request.request().getHeader(HttpHeaders.IF_NONE_MATCH), file.tag())) {
            response.setStatusCode(NOT_MODIFIED).end();
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, file.contentType());
        Buffer content = file.plain();
        if (has(request.request().getHeader(HttpHeaders.ACCEPT_ENCODING), "gzip")) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
            content = file.compressed();
        }
        response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(content.length()));
        if (HttpMethod.HEAD.equals(request.request().method())) {
            response.end();
        } else {
            response.end(content);
        }
    }

    private static boolean has(@Nullable String header, String word) {
        return header != null && header.contains(word);
    }
}
