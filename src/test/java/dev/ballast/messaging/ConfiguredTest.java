package dev.ballast.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.kafka.InboundRecord;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the consumers' settings must not be.
class ConfiguredTest {
    private static final String PREFIX = "ballast.messaging.consumers.";
    private static final Set<String> DECLARED =
            Set.of("payments", "payments_dlq", "payment-results", "user-events", "user-events_dlq");

    @Test
    void consumers_nothingSet_areRight() {
        assertEquals(List.of(), wrong(Map.of()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "paymnets.window|5|paymnets names no consumer; there are: dead-letters, payments, user-events",
                "payments.window|0|payments.window must be from 1 to 100000, not 0",
                "payments.window|100001|payments.window must be from 1 to 100000",
                "payments.window-bytes|-1|payments.window-bytes must be from 1 to 2147483647, not -1",
                "payments.max-attempts|0|payments.max-attempts must be from 1 to",
                "payments.max-deaths|0|payments.max-deaths must be from 1 to",
                "payments.trial-after|-1S|payments.trial-after must be from PT0S to PT1M, not PT-1S",
                "payments.attempt-timeout|0S|payments.attempt-timeout must be from PT0.1S to PT10M, not PT0S",
                "payments.attempt-timeout|-5S|payments.attempt-timeout must be from PT0.1S to PT10M",
                "payments.retry-pause|0S|payments.retry-pause must be from PT0.001S to PT1S",
                "payments.retry-pause|2S|payments.retry-pause must be from PT0.001S to PT1S, not PT2S",
                "payments.retry-pause-limit|61S|payments.retry-pause-limit must be from PT0.001S to PT1M",
                "payments.flush-every|0S|payments.flush-every must be from PT0.001S to PT1M",
                "payments.drain-limit|-1S|payments.drain-limit must be from PT0S to PT30S",
                "payments.drain-limit|5M|payments.drain-limit must be from PT0S to PT30S",
                "payments.drain-limit|0S|",
                "user-events.topics|payments|payments.topics and ballast.messaging.consumers.user-events.topics have both",
                "user-events.group|ballast-payments|payments.group and ballast.messaging.consumers.user-events.group are",
                "dead-letters.topics|payments_dlq|dead-letters.topics must have user-events_dlq too, or be left out",
                "dead-letters.topics|payments_dlq,user-events_dlq|",
                "user-events.max-attempts|1000000|"
            })
    void consumers_invalid_areNamedByKeyAndWhatIsAllowed(String key, String value, String reason) {
        List<String> wrong = wrong(Map.of(key, value));

        if (reason == null) {
            assertEquals(List.of(), wrong);
        } else {
            assertTrue(wrong.stream().anyMatch(said -> said.startsWith(PREFIX + reason)), wrong.toString());
        }
    }

    @Test
    void topics_undeclared_areNamedByTheKeyToAdd() {
        assertEquals(
                List.of(
                        "ballast.kafka.topics.refunds_dlq is missing: consumer dead-letters reads it",
                        "ballast.kafka.topics.refunds is missing: consumer user-events reads it",
                        "ballast.kafka.topics.refunds_dlq is missing: dead letters of consumer user-events go there"),
                wrong(Map.of("user-events.topics", "refunds")));
    }

    @Test
    void topics_ofTheDeadLettersConsumer_areThoseOfAllOthers() {
        assertEquals(
                List.of("payments_dlq", "refunds_dlq", "returns_dlq"),
                configured(Map.of("user-events.topics", "refunds,returns")).topics("dead-letters"));
    }

    @Test
    void handlers_ofOneName_areRefused() {
        Configured twins =
                new Configured(mapped(Map.of()), List.of(handler("payments", false), handler("payments", false)));

        assertEquals(List.of("two consumers have the name payments"), twins.wrong(DECLARED));
    }

    private static List<String> wrong(Map<String, String> settings) {
        return configured(settings).wrong(DECLARED);
    }

    private static Configured configured(Map<String, String> settings) {
        return new Configured(
                mapped(settings),
                List.of(handler("payments", false), handler("user-events", false), handler("dead-letters", true)));
    }

    static MessagingSettings mapped(Map<String, String> settings) {
        Map<String, String> properties = new HashMap<>();
        settings.forEach((key, value) -> properties.put(PREFIX + key, value));
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(MessagingSettings.class)
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build()
                .getConfigMapping(MessagingSettings.class);
    }

    private static RecordHandler handler(String name, boolean readsDeadLetters) {
        return new RecordHandler() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public boolean readsDeadLetters() {
                return readsDeadLetters;
            }

            @Override
            public Uni<Outcome> handle(InboundRecord record) {
                throw new UnsupportedOperationException("no record comes");
            }
        };
    }
}
