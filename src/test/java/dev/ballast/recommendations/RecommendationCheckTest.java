package dev.ballast.recommendations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which settings a pod does not start with.
class RecommendationCheckTest {
    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:1", "https://items.example", "http://[::1]:8080/v2/items"})
    void problems_address_areNone(String url) {
        assertEquals(List.of(), problems(Map.of("ballast.recommendations.api.url", url)));
        assertEquals(List.of(), problems(Map.of()), "without an API");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost:8080",
                "items.example",
                "ftp://host",
                "http://",
                "http:///x",
                "http://a b",
                "http://host?x=1",
                "http://host:0",
                "http://host:65536",
                "http://somebody:secret@host"
            })
    void problems_noAddress_isNamed(String url) {
        assertEquals(
                List.of("ballast.recommendations.api.url must be http:// or https://, a host, and at most a port and a"
                        + " path (RECOMMENDATIONS_URL)"),
                problems(Map.of("ballast.recommendations.api.url", url)));
    }

    @Test
    void problems_numbersThatCannotBe_areNamed() {
        List<String> problems = problems(Map.of(
                "ballast.recommendations.patience", "PT0S",
                "ballast.recommendations.items", "0",
                "ballast.recommendations.api.timeout", "PT-1S",
                "ballast.recommendations.api.at-once", "0",
                "ballast.recommendations.api.max-response-bytes", "0",
                "ballast.recommendations.api.breaker-failures", "0",
                "ballast.recommendations.api.breaker-pause", "PT0S"));
        assertEquals(7, problems.size(), problems::toString);
        assertEquals("ballast.recommendations.items must be at least 1, not 0", problems.get(1));
    }

    private static List<String> problems(Map<String, String> values) {
        return RecommendationCheck.problems(new SmallRyeConfigBuilder()
                .withMapping(RecommendationSettings.class)
                .withSources(new PropertiesConfigSource(values, "test", 500))
                .build()
                .getConfigMapping(RecommendationSettings.class));
    }
}
