package dev.ballast.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the consumers' settings must not be.
class ConfiguredTest {
    private static final String PREFIX = "ballast.messaging.consumers.";

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
                "payments.attempt-timeout|0S|payments.attempt-timeout must be from PT0.1S to PT10M, not PT0S",
                "payments.attempt-timeout|-5S|payments.attempt-timeout must be from PT0.1S to PT10M",
                "payments.retry-pause|0S|payments.retry-pause must be from PT0.001S to PT1S",
                "payments.retry-pause|2S|payments.retry-pause must be from PT0.001S to PT1S, not PT2S",
                "payments.retry-pause-limit|61S|payments.retry-pause-limit must be from PT0.001S to PT1M",
                "payments.flush-every|0S|payments.flush-every must be from PT0.001S to PT1M",
                "payments.drain-limit|-1S|payments.drain-limit must be from PT0S to PT30S",
                "payments.drain-limit|5M|payments.drain-limit must be from PT0S to PT30S",
                "payments.drain-limit|0S|",
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

    private static List<String> wrong(Map<String, String> settings) {
        Map<String, String> properties = new HashMap<>();
        settings.forEach((key, value) -> properties.put(PREFIX + key, value));
        MessagingSettings mapped = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(MessagingSettings.class)
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build()
                .getConfigMapping(MessagingSettings.class);
        return new Configured(mapped, new TreeSet<>(Set.of("payments", "user-events", "dead-letters"))).wrong();
    }
}
