package dev.ballast.recommendations;

import dev.ballast.problem.InvalidSettings;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Stops the start of a pod whose settings cannot be: it would take its own mistake for a failing API for ever.
@Singleton
class RecommendationCheck {
    private static final String PREFIX = "ballast.recommendations.";
    private static final Duration LEAST = Duration.ofMillis(1);
    private static final int MOST_PORT = 65_535;

    /// Ahead of whoever makes a client of them.
    void check(@Observes @Priority(2) StartupEvent started, RecommendationSettings settings) {
        InvalidSettings.refuse(problems(settings));
    }

    /// What cannot be, each by its key and with what is allowed.
    static List<String> problems(RecommendationSettings settings) {
        List<String> wrong = new ArrayList<>();
        RecommendationSettings.Api api = settings.api();
        // not what it says instead: it may hold a password
        api.url()
                .filter(url -> !isAddress(url))
                .ifPresent(
                        _ -> wrong.add(
                                PREFIX
                                        + "api.url must be http:// or https://, a host, and at most a port and a path (RECOMMENDATIONS_URL)"));
        atLeast(wrong, "patience", settings.patience(), LEAST);
        atLeast(wrong, "items", settings.items(), 1);
        atLeast(wrong, "api.timeout", api.timeout(), LEAST);
        atLeast(wrong, "api.at-once", api.atOnce(), 1);
        atLeast(wrong, "api.max-response-bytes", api.maxResponseBytes(), 1);
        atLeast(wrong, "api.breaker-failures", api.breakerFailures(), 1);
        atLeast(wrong, "api.breaker-pause", api.breakerPause(), LEAST);
        return wrong;
    }

    private static boolean isAddress(String url) {
        try {
            URI uri = URI.create(url);
            boolean isHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            boolean hasMore = uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null;
            return isHttp && uri.getHost() != null && uri.getPort() <= MOST_PORT && uri.getPort() != 0 && !hasMore;
        } catch (IllegalArgumentException noUri) {
            return false;
        }
    }

    private static <T extends Comparable<T>> void atLeast(List<String> wrong, String key, T value, T least) {
        if (value.compareTo(least) < 0) {
            wrong.add("%s%s must be at least %s, not %s".formatted(PREFIX, key, least, value));
        }
    }
}
