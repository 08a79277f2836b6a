package dev.ballast.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the topics' settings must not be.
class TopicSetupTest {
    private static final String PREFIX = "ballast.kafka.";

    @Test
    void topics_defaults_areRight() {
        assertEquals(List.of(), wrong("topics.payments.partitions", "3"));
        assertEquals(List.of(), wrong("replication-factor", "3"));
    }

    @ParameterizedTest
    @CsvSource({
        "topics.payments.partitions,0,'must be at least 1, not 0'",
        "topics.payments.retention,-0.001S,'must be at least a millisecond, not PT-0.001S'",
        "topics.payments.max-message-bytes,0,'must be at least 1, not 0'",
        "replication-factor,0,'must be at least 1, or -1 for the broker''s own, not 0'"
    })
    void topics_invalid_areNamedByKeyAndWhatIsAllowed(String key, String value, String reason) {
        assertEquals(List.of(PREFIX + key + " " + reason), wrong(key, value));
    }

    @ParameterizedTest
    @CsvSource({
        "604800000,",
        "1000,",
        "604800001,Topic payments keeps its records PT168H0.001S and ballast.kafka.topics.payments.retention says PT168H",
        "-1,Topic payments keeps its records for ever and ballast.kafka.topics.payments.retention says PT168H"
    })
    void keptTooLong_topicThatWasThere_isNamed(long real, String expected) {
        assertEquals(
                expected == null ? List.of() : List.of(expected.replace(" and", ", and")),
                TopicSetup.keptTooLong(settings("topics.payments.partitions", "3"), Map.of("payments", real)));
    }

    private static List<String> wrong(String key, String value) {
        return TopicSetup.wrong(settings(key, value));
    }

    private static KafkaSettings settings(String key, String value) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(KafkaSettings.class)
                .withSources(new PropertiesConfigSource(Map.of(PREFIX + key, value), "test", 100))
                .build()
                .getConfigMapping(KafkaSettings.class);
    }
}
