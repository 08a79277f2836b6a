package dev.ballast.overload;

import dev.ballast.problem.Refusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Turns requests away before anything is done for them: 503 with `Retry-After`, and no token is looked at.
@Singleton
class DoorFilter {
    /// After the headers that every response has, before limits are charged.
    private static final int PRIORITY = 970;

    /// Probes, metrics, operators and the console's files.
    private static final List<String> ALWAYS = List.of("/q", "/ops", "/console");

    private final Load load;
    private final OverloadSettings settings;
    private final Counter optionalShed;
    private final Counter essentialShed;

    @Inject
    DoorFilter(Load load, OverloadSettings settings, MeterRegistry registry) {
        this.load = load;
        this.settings = settings;
        this.optionalShed = registry.counter("ballast.overload.shed", "priority", "optional");
        this.essentialShed = registry.counter("ballast.overload.shed", "priority", "essential");
    }

    void register(@Observes Filters filters) {
        if (settings.enabled()) {
            filters.register(this::meet, PRIORITY);
        }
    }

    void meet(RoutingContext request) {
        // as the router sees it, or `/q/../payments` would always be let in
        String path = request.normalizedPath();
        if (isIn(ALWAYS, path)) {
            request.next();
            return;
        }
        boolean optional = isIn(settings.optionalPaths(), path);
        if (load.enter(optional)) {
            request.addEndHandler(_ -> load.leave(optional));
            request.next();
            return;
        }
        (optional ? optionalShed : essentialShed).increment();
        request.response().putHeader(HttpHeaders.RETRY_AFTER, "1").putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        Refusal.overloaded(
                        request.normalizedPath(),
                        optional ? "this is left out while there is too much to do" : "there is too much to do")
                .answer(request);
    }

    private static boolean isIn(List<String> places, @Nullable String path) {
        if (path == null) {
            return false;
        }
        for (String place : places) {
            if (path.startsWith(place) && (path.length() == place.length() || path.charAt(place.length()) == '/')) {
                return true;
            }
        }
        return false;
    }
}
