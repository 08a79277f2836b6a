package dev.ballast.policies;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ballast.ratelimit.Algorithm;
import dev.ballast.ratelimit.FailureMode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyChangeTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final Definition BEFORE = new Definition(
            Algorithm.SLIDING_WINDOW_LOG,
            100,
            60_000,
            null,
            false,
            FailureMode.LOCAL,
            Map.of("pro", new Definition.OfPlan(500, null, null)),
            List.of(),
            List.of());

    @Test
    void of_oneField_keepsTheOthers() throws JsonProcessingException {
        Definition after = change("{\"limit\":200}").of(BEFORE);

        assertEquals(200, after.limit());
        assertEquals(BEFORE.plans(), after.plans());
        assertEquals(BEFORE.algorithm(), after.algorithm());
        assertEquals(BEFORE.windowMs(), after.windowMs());
    }

    @Test
    void of_everyField_isTheNewPolicy() throws JsonProcessingException {
        Definition after = change(
                        "{\"algorithm\":\"token-bucket\",\"limit\":7,\"windowMs\":9,\"burst\":2,\"shadow\":true,"
                                + "\"onFailure\":\"closed\",\"plans\":{},\"allow\":[\"10.0.0.0/8\"],\"deny\":[\"::/0\"]}")
                .of(BEFORE);

        assertEquals(
                new Definition(
                        Algorithm.TOKEN_BUCKET,
                        7,
                        9,
                        2L,
                        true,
                        FailureMode.CLOSED,
                        Map.of(),
                        List.of("10.0.0.0/8"),
                        List.of("::/0")),
                after);
    }

    @Test
    void definition_writtenAndRead_isTheSame() throws JsonProcessingException {
        assertEquals(BEFORE, JSON.readValue(JSON.writeValueAsString(BEFORE), Definition.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"plans\":{\"pro\":null}}", "{\"allow\":[null]}", "{\"deny\":[null]}"})
    void of_nothingOrNull_isRefused(String body) {
        assertThrows(RateLimitException.Invalid.class, () -> change(body).of(BEFORE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ip|{\"limit\":0,\"plans\":{}}|limit must be from 1",
                "ip|{\"windowMs\":0,\"plans\":{}}|windowMs must be from 1 to 86400000",
                "ip|{\"windowMs\":9000000000000000000,\"plans\":{}}|windowMs must be from 1 to 86400000",
                "user|{\"limit\":4}|limit must be at least 5, the highest cost",
                "user|{\"plans\":{\"pro\":{\"limit\":4}}}|plans.pro.limit must be at least 5",
                "user|{\"plans\":{\"pro\":{}}}|plans.pro.limit must be from 1",
                "user|{\"algorithm\":\"token-bucket\",\"burst\":101}|burst must be from 1 to the limit",
                "user|{\"algorithm\":\"token-bucket\",\"burst\":4}|burst must be at least 5",
                "user|{\"allow\":[\"10.0.0.0/8\"]}|allow and deny belong to the policy ip",
                "ip|{\"plans\":{},\"deny\":[\"10.0.0.0/33\"]}|deny must be a list of networks",
                "ip|{\"limit\":100}|plans belong to the policy user"
            })
    void policy_invalid_saysFieldAndWhatIsAllowed(String name, String body, String reason)
            throws JsonProcessingException {
        Definition after = change(body).of(BEFORE);

        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> new PolicyInForce(name, after, 1, 5));

        assertTrue(refused.getMessage().startsWith(reason), refused.getMessage());
    }

    private static PolicyChange change(String body) throws JsonProcessingException {
        return JSON.readValue(body, PolicyChange.class);
    }
}
