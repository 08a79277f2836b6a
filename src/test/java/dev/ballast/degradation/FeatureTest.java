package dev.ballast.degradation;

import static dev.ballast.degradation.Condition.FAILING;
import static dev.ballast.degradation.Condition.GONE;
import static dev.ballast.degradation.Condition.WELL;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What a feature's dependencies make of it.
class FeatureTest {
    private static final Feature.Spec PAYMENTS =
            Feature.Spec.of("payments").needs("db").uses("kafka");
    private static final Feature.Spec ITEMS =
            Feature.Spec.of("items").uses("api").needsOneOf("api", "db");

    @ParameterizedTest(name = "{0}, {1}: {2}")
    @MethodSource
    void level_followsTheDependencies(Feature.Spec spec, Map<String, Condition> conditions, Level expected) {
        Feature feature = new Feature(spec, new Feature.Meters("test", new SimpleMeterRegistry()));
        assertEquals(
                expected,
                feature.byDependencies(name -> conditions.getOrDefault(name, WELL))
                        .level());
    }

    static Stream<Arguments> level_followsTheDependencies() {
        return Stream.of(
                Arguments.of(PAYMENTS, Map.of(), Level.NORMAL),
                Arguments.of(PAYMENTS, Map.of("redis", GONE), Level.NORMAL),
                Arguments.of(PAYMENTS, Map.of("kafka", FAILING), Level.DEGRADED),
                Arguments.of(PAYMENTS, Map.of("kafka", GONE), Level.DEGRADED),
                Arguments.of(PAYMENTS, Map.of("db", FAILING), Level.DEGRADED),
                Arguments.of(PAYMENTS, Map.of("db", GONE), Level.MINIMAL),
                Arguments.of(ITEMS, Map.of("api", GONE), Level.DEGRADED),
                Arguments.of(ITEMS, Map.of("db", GONE), Level.NORMAL),
                Arguments.of(ITEMS, Map.of("api", GONE, "db", FAILING), Level.DEGRADED),
                Arguments.of(ITEMS, Map.of("api", GONE, "db", GONE), Level.MINIMAL));
    }
}
