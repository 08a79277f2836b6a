package dev.ballast.tracing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a trace may say of a person: the name of the place, a pseudonym, and no more.
class DiscretionTest {
    @ParameterizedTest
    @CsvSource({
        "/users/42, /users/*",
        "/users/alice@example.org/x, /users/*/x",
        "/users/alice%40example.org, /users/*",
        "/ops/cache/users/7, /ops/cache/users/*",
        "/payments/order-4711, /payments/order-4711",
        "http://127.0.0.1:8080/recommendations/7, http://127.0.0.1:8080/recommendations/*",
        "http://api/x?user=7&full, http://api/x?user=*&*",
        "/, /",
        "'', ''"
    })
    void url_hidesWhoItIsAbout(String given, String shown) {
        assertEquals(shown, Discretion.url(given));
    }

    @ParameterizedTest
    @CsvSource({
        "/users/{id}, /users/*",
        "/ops/rate-limits/{kind}/{subject}, /ops/rate-limits/*/*",
        "/ops/cache/{cache}/keys, /ops/cache/*/keys",
        "/users, /users"
    })
    void route_keepsItsOwnWordsAlone(String template, String shown) {
        assertEquals(shown, Discretion.route(template));
    }

    @Test
    void url_tokenInThePath_isHidden() {
        assertEquals("/users/*", Discretion.url("/users/" + "e".repeat(65)));
    }

    @ParameterizedTest
    @CsvSource({
        "'ids=1,2,3', ids=*",
        "a=b&c=d@e, a=*&c=*",
        "alice, *",
        "a=b&alice, a=*&*",
        "alice@example.org=1&x=2, *=*&x=*",
        "42=x, *=*",
        "page-size=3&user_id=4, page-size=*&user_id=*",
        "'', *",
        "&, *&*",
        "=x, *=*"
    })
    void query_keepsTheNamesOfParameters(String given, String shown) {
        assertEquals(shown, Discretion.query(given));
    }

    @Test
    void pseudonym_sameKey_isStableAndSaysNothing() {
        Pseudonyms one = new Pseudonyms("one".getBytes(UTF_8));
        assertEquals(one.of("42"), new Pseudonyms("one".getBytes(UTF_8)).of("42"));
        assertNotEquals(one.of("42"), one.of("43"));
        assertNotEquals(one.of("42"), new Pseudonyms("other".getBytes(UTF_8)).of("42"));
        assertEquals(32, one.of("42").length());
    }

    @ParameterizedTest
    @CsvSource({
        "L1; hit, l1",
        "L1; hit; detail=stale, l1",
        "L2; hit; ttl=12, l2",
        "'L1; fwd=miss, L2; fwd=miss; stored', origin"
    })
    void tier_ofCacheStatus(String cacheStatus, String tier) {
        assertEquals(tier, RequestSpans.tier(cacheStatus));
    }

    @Test
    void tier_noCacheAsked_isNone() {
        assertNull(RequestSpans.tier(null));
    }
}
