package dev.ballast.recommendations;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RecommendationSettingsTest {
    private final RecommendationSettings.Api api = new SmallRyeConfigBuilder()
            .withMapping(RecommendationSettings.class)
            .build()
            .getConfigMapping(RecommendationSettings.class)
            .api();

    /// At worst all calls of the first moment fail together and stop the calls, so that the second one in a row begins
    /// a pause later.
    @Test
    void silenceUnderTraffic_isNoticedWithinASecond_whateverTheBreakerKeepsBack() {
        Duration noticed = api.timeout().plus(api.breakerPause()).plus(api.timeout());
        assertTrue(noticed.compareTo(Duration.ofSeconds(1)) < 0, noticed::toString);
    }
}
