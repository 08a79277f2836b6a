package dev.ballast.policies;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointIdTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET|/users/{id}|get-users-id",
                "GET|/users|get-users",
                "POST|/ops/cache/{cache}/warmup|post-ops-cache-cache-warmup",
                "GET|/ops/rate-limits/{policy}/{identifier: .+}|get-ops-rate-limits-policy-identifier",
                "GET|/a/{id: [a-z]{2,3}}/b|get-a-id-b",
                "DELETE|/|delete",
                "GET|/a//b/|get-a-b",
                "GET|/A_b.C|get-a-b-c",
                "GET|/ä/{x}|get-x"
            })
    void of_template_isReadable(String method, String template, String id) {
        assertEquals(id, EndpointId.of(method, template));
    }

    @ParameterizedTest
    @CsvSource({"60", "61", "59", "200"})
    void of_longTemplate_isCutToAPolicysName(int length) {
        String id = EndpointId.of("GET", "/" + "a".repeat(length) + "/b");

        assertEquals(id, id.substring(0, Math.min(64, id.length())));
        assertEquals(-1, id.indexOf("--"));
        assertEquals(false, id.endsWith("-"));
    }
}
